package alerter

import (
	"context"
	"sync"
	"time"

	"github.com/holterd/holter/internal/alerter/engine"
)

const (
	pingEvery = 5 * time.Second
	// lostAfter is how long the broker may not answer before what it holds is
	// taken to be unknown.
	lostAfter = 15 * time.Second
	// quietAfter is how long nothing may come, with a broker that answers,
	// before everything is taken to have been read.
	quietAfter = 5 * time.Second
)

// watch knows how far the readers of the partitions can be believed.
type watch struct {
	mu      sync.Mutex
	parts   map[place]*part // guarded by mu; those owned now
	contact time.Time       // guarded by mu; when the broker answered last
	since   time.Time       // guarded by mu; from when on it answered
}

type place struct {
	topic     string
	partition int
}

// part is one partition while this process owns it; its fields are guarded by
// the watch's mutex.
type part struct {
	watch *watch
	place place
	last  time.Time // of the newest message, or of the beginning
	end   bool      // the newest message was the partition's last
	under int       // messages read and not yet on disk
	live  bool      // the backlog was read
}

func newWatch(now time.Time) *watch {
	return &watch{parts: make(map[place]*part), contact: now, since: now}
}

func (w *watch) assign(now time.Time, topic string, partition int) *part {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := &part{watch: w, place: place{topic, partition}, last: now}
	w.parts[p.place] = p
	w.answered(now)
	return p
}

func (p *part) release() {
	p.watch.mu.Lock()
	defer p.watch.mu.Unlock()
	delete(p.watch.parts, p.place)
}

// read notes a message, and tells whether the backlog was read before it.
func (p *part) read(now time.Time, end bool) (live bool) {
	p.watch.mu.Lock()
	defer p.watch.mu.Unlock()
	p.watch.answered(now)
	p.live = p.live && p.watch.since.Before(p.last) || p.current(now)
	p.last, p.end = now, end
	p.under++
	return p.live
}

// applied notes that a message is on disk.
func (p *part) applied() {
	p.watch.mu.Lock()
	defer p.watch.mu.Unlock()
	p.under--
}

// current tells whether everything that is in the partition was read.
func (p *part) current(now time.Time) bool {
	if p.under > 0 {
		return false
	}
	from := p.last
	if p.watch.since.After(from) {
		from = p.watch.since // nothing could come before
	}
	return p.end && p.watch.since.Before(p.last) || now.Sub(from) >= quietAfter
}

// pinged notes that the broker answers. Without a partition that means little:
// whose they are is not known.
func (w *watch) pinged(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.parts) > 0 {
		w.answered(now)
	}
}

func (w *watch) answered(now time.Time) {
	if now.Sub(w.contact) > lostAfter {
		w.since = now
	}
	w.contact = now
}

// health is what the engine asks. While no partition is owned, all are taken to
// be this process's: between two generations of the group, and before the
// first, somebody has to notice that nothing comes.
func (w *watch) health(now time.Time, topic string, partition int) engine.Health {
	w.mu.Lock()
	defer w.mu.Unlock()
	h := engine.Health{Owned: len(w.parts) == 0, Blind: now.Sub(w.contact)}
	if p, ok := w.parts[place{topic, partition}]; ok {
		h.Owned, h.Current = true, p.current(now)
	}
	return h
}

func (w *watch) ready(now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.parts) > 0 && now.Sub(w.contact) <= lostAfter
}

// keepContact asks the broker for a sign of life until ctx is done.
func (r *run) keepContact(ctx context.Context) {
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		ping, cancel := context.WithTimeout(ctx, pingEvery)
		err := r.client.Ping(ping)
		cancel()
		if err == nil {
			r.watch.pinged(time.Now())
		}
	}
}
