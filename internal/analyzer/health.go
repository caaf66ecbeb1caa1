package analyzer

import "sync"

// health knows whether anything keeps the analysis from going on.
type health struct {
	mu       sync.Mutex
	started  bool           // guarded by mu
	catching map[int]bool   // guarded by mu: partitions whose progress is being read
	waiting  map[int]string // guarded by mu: partition → attempt that fails
}

func newHealth() *health {
	return &health{catching: make(map[int]bool), waiting: make(map[int]string)}
}

// ready says that every partition at hand is being worked on.
func (h *health) ready() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.started && len(h.catching) == 0 && len(h.waiting) == 0
}

func (h *health) start() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.started = true
}

func (h *health) recovering(partition int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.catching[partition] = true
}

func (h *health) recovered(partition int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.catching, partition)
}

func (h *health) failing(partition int, attempt string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.waiting[partition] = attempt
}

func (h *health) working(partition int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.waiting, partition)
}

// released forgets a partition that is no longer this process's.
func (h *health) released(partition int) {
	h.recovered(partition)
	h.working(partition)
}
