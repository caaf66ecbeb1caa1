package analyzer

import "sync"

// health knows whether anything keeps the analysis from going on.
type health struct {
	mu       sync.Mutex
	started  bool           // guarded by mu: its share of the partitions is known
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

// assigned says which partitions are this process's now. Those of before have
// been let go, and none of these is ready until its progress has been read.
func (h *health) assigned(partitions []int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.started = true
	clear(h.catching)
	for _, p := range partitions {
		h.catching[p] = true
	}
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
