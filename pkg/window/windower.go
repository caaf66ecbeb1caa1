package window

// Windower cuts one recording. It holds at most a window and Config.Reorder of
// signal beside the chunk in hand. It is not safe for concurrent use.
type Windower struct {
	cfg      Config
	queue    queue
	kernel   *kernel  // of the last segment, often good for the next
	segment  *segment // nil between segments
	segments int      // begun so far
	resume   *Open    // the segment to go on with when its chunk comes
	ended    bool
}

// New starts a recording.
func New(cfg Config) *Windower {
	cfg = cfg.withDefaults()
	return &Windower{cfg: cfg, queue: queue{patience: cfg.Reorder, early: map[uint64]waiting{}}}
}

// Push takes a chunk and returns the windows that it completes. An error
// (ErrChunk) says why a chunk was refused; the Windower is then as before. A
// chunk that has been taken already, or whose turn is over, is dropped without
// an error. The Windower may keep the chunk's slices, and never changes them.
func (w *Windower) Push(c Chunk) ([]Window, error) {
	slots, err := c.check()
	if err != nil {
		return nil, err
	}
	if w.ended {
		return nil, nil
	}
	w.queue.add(waiting{c, slots})
	return w.drain(false), nil
}

// Flush closes the segment: the device went silent, nothing that is missing
// will come any more. A recording can go on after it, in a new segment.
func (w *Windower) Flush() []Window {
	return append(w.drain(true), w.close()...)
}

// Ended tells whether the recording's last chunk has been taken.
func (w *Windower) Ended() bool { return w.ended }

// Lost counts the chunks that never came, or came too late.
func (w *Windower) Lost() uint64 { return w.queue.lost }

// drain takes the chunks whose turn it is.
func (w *Windower) drain(force bool) []Window {
	var windows []Window
	for !w.ended {
		c, ok := w.queue.pop(force)
		if !ok {
			break
		}
		if c.Len() > 0 {
			windows = append(windows, w.take(c)...)
		}
		if c.End {
			windows = append(windows, w.end()...)
		}
	}
	return windows
}

// end ends the recording.
func (w *Windower) end() []Window {
	w.ended = true
	clear(w.queue.early)
	w.queue.signal = 0
	windows := w.close()
	if last := len(windows) - 1; last >= 0 {
		windows[last].EndsRecording = true
	}
	return windows
}

// take puts a chunk's signal into the segment that it belongs to.
func (w *Windower) take(c waiting) []Window {
	slots, rows := c.decode(c.slots)
	part := piece{sequence: c.Sequence, rows: rows, slots: slots, start: c.Start.UnixNano()}
	k, err := w.kernelFor(c.Rate)
	if err != nil { // check allows only rates that have one
		return nil
	}
	w.kernel = k
	open := w.resume
	w.resume = nil // it is this chunk, or lost
	if open != nil && open.Sequence == c.Sequence && open.Skip < c.Len() {
		w.segment = newSegment(w.cfg, w.segments-1, k, slots, open.mark, open.Index, open.Core)
		part.skip = open.Skip
		return w.feed(part)
	}
	windows := w.fit(&part)
	return append(windows, w.feed(part)...)
}

func (w *Windower) kernelFor(rate float64) (*kernel, error) {
	r, err := newRatio(rate)
	if err != nil || w.kernel != nil && w.kernel.ratio == r {
		return w.kernel, err
	}
	return newKernel(r), nil
}

// close ends the open segment, if there is one.
func (w *Windower) close() []Window {
	w.resume = nil
	if w.segment == nil {
		return nil
	}
	windows := w.segment.close()
	w.segment = nil
	return windows
}

// fade ends the open segment because no lead has delivered a value for too long:
// always with as many missing samples at its end, whichever chunk they came in.
func (w *Windower) fade() []Window {
	s := w.segment
	return append(s.push(nothing(len(s.slots), s.patience())), w.close()...)
}

// patience is how many samples may be missing in all leads from here on.
func (s *segment) patience() int { return s.fill.longest - s.fill.missing() }
