package live

import (
	"sync"

	"github.com/holterd/holter/internal/console/web"
)

// Bounds of what viewers may hold.
const (
	queue      = 256 // events that a viewer may be behind
	maxViewers = 256
)

var (
	tooSlow  = web.Closed{Error: "this viewer takes events more slowly than they come", Remedy: "connect again; fewer open pages or a faster connection help"}
	stopping = web.Closed{Error: "the server is being stopped", Remedy: "connect again in a moment"}
)

// Viewer is somebody who looks at one patient, or at the list.
type Viewer struct {
	events chan web.Event
	why    web.Closed // set before events is closed
}

// Events are what happens; closed when the viewer is let go: Why says the reason.
func (v *Viewer) Events() <-chan web.Event { return v.events }

// Why the events have ended.
func (v *Viewer) Why() web.Closed { return v.why }

// hub hands events to viewers by topic: a patient, or "" for the list.
type hub struct {
	mu      sync.Mutex
	viewers map[string]map[*Viewer]struct{} // guarded by mu
	count   int                             // guarded by mu
	closed  bool                            // guarded by mu
	dropped func()
}

// join adds a viewer; false when there are too many.
func (h *hub) join(topic string) (v *Viewer, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.count >= maxViewers || h.closed {
		return nil, false
	}
	v = &Viewer{events: make(chan web.Event, queue)}
	if h.viewers == nil {
		h.viewers = make(map[string]map[*Viewer]struct{})
	}
	if h.viewers[topic] == nil {
		h.viewers[topic] = make(map[*Viewer]struct{})
	}
	h.viewers[topic][v] = struct{}{}
	h.count++
	return v, true
}

// leave is called once for each viewer that has joined, whether it was let go or
// not.
func (h *hub) leave(topic string, v *Viewer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.remove(topic, v, web.Closed{})
}

// remove takes a viewer out, if it is still in. The caller holds mu.
func (h *hub) remove(topic string, v *Viewer, why web.Closed) {
	if _, in := h.viewers[topic][v]; !in {
		return
	}
	delete(h.viewers[topic], v)
	if len(h.viewers[topic]) == 0 {
		delete(h.viewers, topic)
	}
	h.count--
	v.why = why
	close(v.events)
}

// send never waits.
func (h *hub) send(topic string, e web.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for v := range h.viewers[topic] {
		select {
		case v.events <- e:
		default:
			h.remove(topic, v, tooSlow)
			h.dropped()
		}
	}
}

func (h *hub) watched(topic string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.viewers[topic]) > 0
}

// topics are those that somebody looks at.
func (h *hub) topics() (all []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for topic := range h.viewers {
		all = append(all, topic)
	}
	return all
}

// close lets everybody go, and takes nobody in any more.
func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for topic, viewers := range h.viewers {
		for v := range viewers {
			h.remove(topic, v, stopping)
		}
	}
}
