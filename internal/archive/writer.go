package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"time"
)

// writer puts chunks into the archive. It is for one goroutine, and no two
// writers may have chunks of one device.
type writer struct {
	root      string
	retention time.Duration // 0: for ever
	now       func() time.Time
	shelves   map[[2]string]*shelf // by patient and device
}

func newWriter(root string, retention time.Duration, now func() time.Time) *writer {
	return &writer{root: root, retention: retention, now: now, shelves: make(map[[2]string]*shelf)}
}

// outcome counts what became of chunks.
type outcome struct{ kept, repeated, expired int }

// put returns when the chunks are on disk. When it fails some are; putting all
// again changes nothing for those.
func (w *writer) put(chunks []*chunk) (outcome, error) {
	var out outcome
	var touched []*segment
	var failed error
	for _, c := range chunks {
		if w.retention > 0 && c.end().Before(w.now().Add(-w.retention)) {
			out.expired++
			continue
		}
		sh, err := w.shelf(c.patient, c.device)
		if err != nil {
			failed = err
			break
		}
		s, err := sh.place(c)
		if err != nil {
			failed = err
			break
		}
		if s == nil {
			out.repeated++
			continue
		}
		out.kept++
		if len(s.pending) == 1 {
			touched = append(touched, s)
		}
	}
	for _, s := range touched {
		if failed != nil {
			s.drop()
		} else if failed = s.write(w.root); errors.Is(failed, fs.ErrNotExist) && s.stored.chunks > 0 {
			// Swept under our hands: its chunks come again, into a new segment.
			w.shelves[[2]string{s.patient, s.device}].forget(s)
		}
		if s.stored.chunks == 0 {
			w.shelves[[2]string{s.patient, s.device}].forget(s)
		}
	}
	return out, w.explain(failed)
}

func (w *writer) explain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("the disk of the archive is full: %w; free space there or shorten archive.retention: "+
			"the signal waits in Kafka, for kafka.retention at most", err)
	}
	return fmt.Errorf("write to the archive: %w; see that archive.folder %s can be written to", err, w.root)
}

func (w *writer) shelf(patient, device string) (*shelf, error) {
	key := [2]string{patient, device}
	sh := w.shelves[key]
	if sh == nil {
		var err error
		if sh, err = openShelf(w.root, patient, device); err != nil {
			return nil, err
		}
		w.shelves[key] = sh
	}
	sh.used = w.now()
	return sh, nil
}

// quiet is how long nothing came for a segment that is complete, and for a
// device that is forgotten.
const quiet = 10 * time.Minute

// tidy seals the segments that have been quiet, by their own time, and forgets
// the devices that have been.
func (w *writer) tidy() error {
	var problems []error
	now := w.now()
	for key, sh := range w.shelves {
		limit := now.Add(-quiet)
		if now.Sub(sh.used) > quiet {
			limit = dusk
			delete(w.shelves, key)
		}
		problems = append(problems, sh.seal(limit))
	}
	return errors.Join(problems...)
}

// close seals everything.
func (w *writer) close() error {
	var problems []error
	for _, sh := range w.shelves {
		problems = append(problems, sh.seal(dusk))
	}
	clear(w.shelves)
	return errors.Join(problems...)
}
