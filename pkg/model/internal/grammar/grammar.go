package grammar

const (
	head      = "Duration: "
	toEnd     = "s-"
	separator = ", "
)

// Grammar is the set of answers to one question about one clip.
type Grammar struct {
	none  string // the answer that nothing was found
	limit int    // the clip's length in tenths of a second
}

// New makes the grammar of a question for a condition (its name as in
// answers) in a clip that is limit tenths of a second long.
func New(condition string, limit int) Grammar {
	return Grammar{none: "No " + condition + " Found", limit: limit}
}

// State is how far an answer has come. The zero State is its beginning.
type State struct {
	part part
	at   int    // bytes read of a part that is a fixed text
	time number // the part that is a time, as far as read
	low  int    // tenths of a second that the time must reach
}

type part int

const (
	begin   part = iota
	none         // within "No … Found"
	opening      // within "Duration: "
	start        // of a span
	dash         // between start and end
	end          // of a span
	unit         // the end's "s"
	full         // a whole span, nothing after it
	comma        // between two spans
)

// Step reads one byte; false when no answer goes on like this.
func (g Grammar) Step(s State, b byte) (State, bool) {
	switch s.part {
	case begin:
		if g.limit > 0 && b == head[0] {
			return State{part: opening, at: 1}, true
		}
		return State{part: none, at: 1}, b == g.none[0]
	case none:
		return s.literal(g.none, b, s)
	case opening:
		return s.literal(head, b, State{part: start})
	case start, end:
		return g.digit(s, b)
	case dash:
		return s.literal(toEnd, b, State{part: end, low: s.low})
	case unit:
		return State{part: full, low: s.low}, b == 's'
	case full:
		return State{part: comma, at: 1, low: s.low}, b == separator[0] && s.low < g.limit
	default:
		return s.literal(separator, b, State{part: start, low: s.low})
	}
}

// literal reads a byte of a fixed text; after its last one the state is next,
// which for the last part of an answer is the state itself.
func (s State) literal(text string, b byte, next State) (State, bool) {
	if s.at >= len(text) || text[s.at] != b {
		return State{}, false
	}
	if s.at+1 == len(text) && next.part != s.part {
		return next, true
	}
	s.at++
	return s, true
}

// digit reads a byte of a time.
func (g Grammar) digit(s State, b byte) (State, bool) {
	time, done, ok := s.time.read(b)
	low, high := g.bounds(s)
	if !ok || !time.within(low, high) {
		return State{}, false
	}
	switch {
	case !done:
		s.time = time
		return s, true
	case s.part == start:
		return State{part: dash, low: time.value + 1}, true
	default:
		return State{part: unit, low: time.value}, true
	}
}

// bounds of the time that is being read: a start leaves room for an end.
func (g Grammar) bounds(s State) (low, high int) {
	if s.part == start {
		return s.low, g.limit - 1
	}
	return s.low, g.limit
}

// Complete tells whether the answer may end here.
func (g Grammar) Complete(s State) bool {
	return s.part == full || s.part == none && s.at == len(g.none)
}

// Finish gives the shortest way to end the answer; reading its first byte
// leads to a state whose Finish is the rest of it.
func (g Grammar) Finish(s State) string {
	low, high := g.bounds(s)
	switch s.part {
	case begin:
		return g.none
	case none:
		return g.none[s.at:]
	case opening:
		return head[s.at:] + "0.0s-0.1s"
	case start:
		first := s.time.least(low, high)
		return s.time.rest(first) + toEnd + tenths(first+1) + "s"
	case dash:
		return toEnd[s.at:] + tenths(s.low) + "s"
	case end:
		return s.time.rest(s.time.least(low, high)) + "s"
	case unit:
		return "s"
	case comma:
		return separator[s.at:] + tenths(s.low) + toEnd + tenths(s.low+1) + "s"
	default:
		return ""
	}
}

// Forced gives the rest of the answer when there is only one.
func (g Grammar) Forced(s State) (rest string, ok bool) {
	switch {
	case s.part == none, s.part == begin && g.limit < 1:
		return g.Finish(s), true
	case s.part == full && s.low >= g.limit:
		return "", true
	}
	return "", false
}

// Found tells whether the answer reports something, once that is decided.
func (g Grammar) Found(s State) (found, decided bool) {
	return s.part != none && s.part != begin, s.part != begin
}
