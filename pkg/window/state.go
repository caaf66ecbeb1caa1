package window

// State is what a Windower must remember to go on after a restart, for JSON: a
// few hundred bytes. Of the signal it holds one value for each lead at most.
type State struct {
	// Next is the sequence number of the chunk to go on with.
	Next uint64 `json:"next"`
	// Lost counts the chunks given up before it.
	Lost uint64 `json:"lost,omitempty"`
	// Segments counts the segments begun, with the open one.
	Segments int `json:"segments,omitempty"`
	// Ended says that the recording's last chunk has been taken.
	Ended bool `json:"ended,omitempty"`
	// Open is the open segment, if there is one.
	Open *Open `json:"open,omitempty"`
}

// Open is a segment that goes on.
type Open struct {
	// Index is the ordinal of its next window, Core where that one's core begins.
	Index int   `json:"index"`
	Core  int64 `json:"core"`

	mark
}

// State is the state after every window returned so far.
func (w *Windower) State() State {
	state := State{Next: w.queue.next, Lost: w.queue.lost, Segments: w.segments, Ended: w.ended}
	if w.resume != nil { // nothing has come since
		state.Open = w.resume
	}
	if s := w.segment; s != nil {
		from := s.marks[0]
		state.Next, state.Lost = from.Sequence, from.Lost
		state.Open = &Open{Index: s.index, Core: s.core, mark: from}
	}
	return state
}

// Resume goes on where State was taken: push the chunks from Needs on again.
// The configuration may be another one: from the next window on it holds. A
// state that cannot be one of an open segment is taken as between segments.
func Resume(cfg Config, state State) *Windower {
	w := New(cfg)
	w.queue.next, w.queue.lost = state.Next, state.Lost
	w.segments, w.ended = state.Segments, state.Ended
	if state.Open != nil && state.Open.sane() && state.Segments > 0 {
		open := *state.Open
		open.Sequence = state.Next
		w.resume = &open
	}
	return w
}

// Needs is the sequence number of the first chunk that must be pushed again
// after Resume(State()); false: nothing older than what comes next. Every
// accepted chunk from that number on must come again, in the order in which
// they first came: one with a higher number may have come before it.
func (w *Windower) Needs() (sequence uint64, ok bool) {
	if w.segment != nil || w.resume != nil || len(w.queue.early) > 0 {
		return w.State().Next, true
	}
	return w.queue.next, false
}

// sane tells whether the numbers can be those of a segment.
func (o *Open) sane() bool {
	const most = 1 << 48 // thousands of years of samples
	if o.Index == 0 && (o.Core != 0 || o.Input != 0) {
		return false // the first window has all of the segment from its start
	}
	return o.Index >= 0 && o.Core >= 0 && o.Core < most && o.Input >= 0 && o.Input < most && o.Skip >= 0
}
