package model

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Asker answers batches of requests; a Model is one.
type Asker interface {
	Ask(ctx context.Context, requests []Request) ([]Answer, error)
}

// Batcher gathers the requests of many callers, patients' windows for
// instance, into batches for one Asker. While a batch is being answered, the
// next one gathers. It is an Asker itself, safe for concurrent use.
type Batcher struct {
	asker Asker
	most  int
	delay time.Duration

	calls  chan *call
	closed chan struct{}
	once   sync.Once
	done   sync.WaitGroup
}

// call is what one caller asks.
type call struct {
	ctx      context.Context
	requests []Request
	reply    chan reply // holds one
}

type reply struct {
	answers []Answer
	err     error
}

// NewBatcher starts a batcher. A batch is asked when it has at least most
// requests, or delay after its first one came in. A caller's requests are never
// split, so a batch can be larger than most. Close stops it.
func NewBatcher(asker Asker, most int, delay time.Duration) *Batcher {
	b := &Batcher{
		asker: asker, most: max(most, 1), delay: delay,
		calls: make(chan *call), closed: make(chan struct{}),
	}
	b.done.Go(b.loop)
	return b
}

// Ask waits for the answers to its requests. It blocks while another batch is
// answered and one is full already, so memory stays bounded by the callers. An
// error is that of these requests alone: when a batch fails, its callers' are
// asked again one caller at a time.
func (b *Batcher) Ask(ctx context.Context, requests []Request) ([]Answer, error) {
	c := &call{ctx: ctx, requests: requests, reply: make(chan reply, 1)}
	select {
	case b.calls <- c:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-b.closed:
		return nil, ErrClosed
	}
	select {
	case r := <-c.reply:
		return r.answers, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Close answers what was taken in and returns. It does not close the Asker.
func (b *Batcher) Close() error {
	b.once.Do(func() { close(b.closed) })
	b.done.Wait()
	return nil
}

// loop gathers batches and hands them over one at a time.
func (b *Batcher) loop() {
	free := make(chan struct{}, 1) // holds a token while no batch is answered
	free <- struct{}{}
	for {
		batch, open := b.gather(free)
		if len(batch) > 0 {
			b.done.Go(func() {
				b.answer(batch)
				free <- struct{}{}
			})
		}
		if !open {
			return
		}
	}
}

// gather waits for a batch, and then for its turn, which it takes. It returns
// open = false once the batcher is closed.
func (b *Batcher) gather(free chan struct{}) (batch []*call, open bool) {
	var due <-chan time.Time
	requests, turn := 0, (chan struct{})(nil)
	for {
		in := b.calls
		if requests >= b.most {
			in, turn = nil, free
		}
		select {
		case c := <-in:
			if batch == nil {
				due = time.After(b.delay)
			}
			batch, requests = append(batch, c), requests+len(c.requests)
		case <-due:
			due, turn = nil, free
		case <-turn:
			return batch, true
		case <-b.closed:
			if len(batch) > 0 {
				<-free
			}
			return batch, false
		}
	}
}

// answer asks a batch and gives every caller its part.
func (b *Batcher) answer(batch []*call) {
	ctx, cancel := together(batch)
	defer cancel()
	var all []Request
	for _, c := range batch {
		all = append(all, c.requests...)
	}
	answers, err := b.asker.Ask(ctx, all)
	if err == nil && len(answers) != len(all) {
		err = errors.New("the model gave another number of answers than there were questions")
	}
	for _, c := range batch {
		switch {
		case err == nil:
			n := len(c.requests)
			c.reply <- reply{answers: answers[:n:n]}
			answers = answers[n:]
		case len(batch) == 1:
			c.reply <- reply{err: err}
		default:
			alone, err := b.asker.Ask(c.ctx, c.requests)
			c.reply <- reply{alone, err}
		}
	}
}

// together is a context that ends when all callers have given up.
func together(batch []*call) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	var left sync.WaitGroup
	var stops []func() bool
	for _, c := range batch {
		left.Add(1)
		stops = append(stops, context.AfterFunc(c.ctx, left.Done))
	}
	all := make(chan struct{})
	go func() {
		defer close(all)
		left.Wait()
		cancel()
	}()
	return ctx, func() {
		for _, stop := range stops {
			if stop() {
				left.Done()
			}
		}
		<-all
	}
}
