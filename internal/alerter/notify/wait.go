package notify

import (
	"time"

	"github.com/holterd/holter/internal/alerter/rule"
)

// wait is how long to wait after so many failed tries: it doubles from
// first_retry to longest_wait, of which jitter (0 to 1) takes up to half away,
// so that many notifications do not come back at once.
func wait(d rule.Delivery, attempts int, jitter float64) time.Duration {
	w := d.FirstRetry
	for i := 1; i < attempts && w < d.LongestWait; i++ {
		w *= 2
	}
	w = min(w, d.LongestWait)
	return w - time.Duration(jitter*float64(w)/2)
}
