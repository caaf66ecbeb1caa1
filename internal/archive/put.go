package archive

import (
	"time"

	"github.com/holterd/holter/internal/kafka"
)

// Put adds records of ecg.samples to the archive in a folder as the service does,
// however old they are. No service may have the folder at the time.
func Put(folder string, records ...kafka.Message) error {
	w := newWriter(folder, 0, time.Now)
	for _, m := range records {
		c, err := parse(m)
		if err != nil {
			return err
		}
		if c == nil {
			continue
		}
		if _, err := w.put([]*chunk{c}); err != nil {
			return err
		}
	}
	return w.close()
}
