package analyzer

import (
	"strconv"
	"time"

	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/pkg/window"
)

// step is what is worked on together.
type step struct {
	windows []*asked
	// touched are the recordings that took a chunk or were flushed, in order,
	// index their places.
	touched []*recording
	index   map[*recording]int
	refused []kafka.Message // dead letters
	// forgotten are recordings that are older than the signal.
	forgotten []*recording
}

func (s *step) touch(r *recording) {
	if _, ok := s.index[r]; !ok {
		s.index[r] = len(s.touched)
		s.touched = append(s.touched, r)
	}
}

// intake pushes records until there are enough windows for a step, and returns
// how many it took. It closes the segments of devices that fell silent.
func (w *worker) intake(s *step, messages []kafka.Message) int {
	w.closeSilent(s)
	for i, m := range messages {
		if len(s.windows) >= windowsPerStep {
			return i
		}
		w.clock.read(m.Time)
		w.closeSilent(s)
		w.take(s, m)
		w.next = m.Offset + 1
		w.metrics.lag.WithLabelValues(strconv.Itoa(w.partition)).Set(float64(max(m.HighWaterMark-w.next, 0)))
	}
	return len(messages)
}

func (w *worker) take(s *step, m kafka.Message) {
	k, chunk, refused := parse(m)
	if refused != nil {
		w.refuse(s, m, k, *refused)
		return
	}
	r := w.recordings[k]
	if r == nil {
		r = newRecording(k, w.cfg, w.modelName)
		w.recordings[k] = r
	}
	r.heard = w.clock.time()
	if r.ended {
		w.metrics.chunks.WithLabelValues("ignored").Inc()
		return
	}
	r.wake(w.cfg, w.modelName)
	r.live = m.Time.Sub(chunkEnd(chunk)).Abs() < liveWithin
	windows, err := r.push(chunk, m.Offset)
	if err != nil {
		w.refuse(s, m, k, refusal{invalid, err})
		return
	}
	w.metrics.chunks.WithLabelValues("taken").Inc()
	if chunk.Len() > 0 {
		w.held.Add(k.patient, k.device, chunk.Start, chunkEnd(chunk), m.Offset)
	}
	s.touch(r)
	w.add(s, r, windows)
}

func (w *worker) add(s *step, r *recording, windows []window.Window) {
	for _, cut := range windows {
		s.windows = append(s.windows, newAsked(r, cut, w.standing.of(r.key.device)))
	}
}

// closeSilent closes the segments of recordings whose device has been silent
// for too long, and forgets those of which no signal is left in Kafka. It looks
// at most once a second.
func (w *worker) closeSilent(s *step) {
	now := w.clock.time()
	if now.Sub(w.looked) < time.Second && !now.Before(w.looked) {
		return
	}
	w.looked = now
	for _, r := range w.recordings {
		silent := now.Sub(r.heard)
		switch {
		case r.windower != nil && silent >= w.idle:
			w.add(s, r, r.windower.Flush())
			r.flushed = true
			s.touch(r)
		case r.windower == nil && w.retention > 0 && silent > w.retention:
			s.forgotten = append(s.forgotten, r)
			delete(w.recordings, r.key)
		}
	}
}
