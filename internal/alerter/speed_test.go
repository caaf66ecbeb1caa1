package alerter_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// From an event's record in ecg.events to the alert at the webhook, one after
// the other.
func BenchmarkEventToWebhook(b *testing.B) {
	s := newSystem(b)
	service, stop := s.start()
	defer stop()
	s.eventually("ready", service.Ready)
	var took []time.Duration
	for b.Loop() {
		n := len(took)
		began := time.Now()
		s.runOf(fmt.Sprint("p", n), 1, 3)
		require.Eventually(b, func() bool { return len(s.receiver.messages()) > n }, within, time.Millisecond)
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
}
