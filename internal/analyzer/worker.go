package analyzer

import (
	"context"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/internal/questions"
	"github.com/holterd/holter/pkg/window"
)

const (
	// windowsPerStep bounds what is analysed and settled together.
	windowsPerStep = 32
	// tick is how often silence is looked for while nothing arrives.
	tick = time.Second
	// grace is how long a decision that is written down may still take to be
	// stored after the partition was taken back.
	grace = 3 * time.Second
)

// worker analyses one partition while this process owns it. It is for one
// goroutine.
type worker struct {
	partition int
	source    source
	history   history
	writer    writer
	store     Store
	model     Model
	modelName string // and version
	observer  Observer
	standing  standing
	cfg       window.Config
	idle      time.Duration // silence after which a recording's segment is closed
	retention time.Duration // of the signal; a recording is forgotten after it
	now       clock
	metrics   *metrics
	health    *health
	log       zerolog.Logger
	held      *questions.Held // where the newest signal is

	clock      streamClock
	looked     time.Time // when silence was last looked for, on clock
	recordings map[key]*recording
	next       int64 // offset after the newest record that was taken
	committed  int64
	lastCommit time.Time
}

// run works until ctx is done.
func (w *worker) run(ctx context.Context) error {
	defer w.health.released(w.partition)
	w.clock.now = w.now
	if err := w.recover(ctx); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	in := newInbox()
	reading := make(chan error, 1)
	var reader sync.WaitGroup
	reader.Go(func() { reading <- in.fill(ctx, w.source) })
	defer func() { stop(); reader.Wait() }()

	ticks := time.NewTicker(tick)
	defer ticks.Stop()
	for {
		w.clock.wait()
		select {
		case err := <-reading:
			return err
		case <-in.filled:
		case <-ticks.C:
		}
		if err := w.work(ctx, in.take()); err != nil {
			return err
		}
	}
}

// work takes records in steps, or only looks for silence when there are none.
func (w *worker) work(ctx context.Context, messages []kafka.Message) error {
	for {
		s := step{index: map[*recording]int{}}
		n := w.intake(&s, messages)
		messages = messages[n:]
		if err := w.finish(ctx, &s); err != nil {
			return err
		}
		if len(messages) == 0 {
			return nil
		}
	}
}

// finish asks, decides, stores and commits.
func (w *worker) finish(ctx context.Context, s *step) error {
	began := w.now()
	if err := w.ask(ctx, s); err != nil {
		return err
	}
	decisions := s.decide(w.modelName)
	if err := ctx.Err(); err != nil {
		return err // another may own the partition already
	}
	settling, release := lingering(ctx, grace)
	defer release()
	if err := w.settle(settling, s, decisions); err != nil {
		return err
	}
	w.commit(len(decisions) > 0)
	if len(s.windows) > 0 {
		w.metrics.step.Observe(w.now().Sub(began).Seconds())
	}
	return nil
}

// lingering is a context that ends some time after ctx.
func lingering(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-time.After(d):
			cancel()
		case <-longer.Done():
		}
	})
	return longer, func() { stop(); cancel() }
}

// commit lets a restart begin at the oldest chunk that a recording needs. When
// it fails a restart reads more than it needs to, until the next one succeeds.
// It waits for a decision, or a second.
func (w *worker) commit(decided bool) {
	if now := w.now(); decided || now.Sub(w.lastCommit) >= time.Second {
		w.lastCommit = now
	} else {
		return
	}
	low := w.next
	for _, r := range w.recordings {
		low = min(low, r.chunks.lowest)
	}
	if low <= w.committed {
		return
	}
	if err := w.source.Commit(low); err != nil {
		w.log.Debug().Err(err).Msg("the offset is committed with the next step")
		return
	}
	w.committed = low
}
