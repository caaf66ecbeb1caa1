package model

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// echo answers every question with itself, and refuses questions with "bad".
type echo struct {
	takes time.Duration
	mu    sync.Mutex
	sizes []int // of the batches, guarded by mu
}

func (e *echo) Ask(ctx context.Context, requests []Request) ([]Answer, error) {
	e.mu.Lock()
	e.sizes = append(e.sizes, len(requests))
	e.mu.Unlock()
	select {
	case <-time.After(e.lasts(requests)):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	var out []Answer
	for _, r := range requests {
		if strings.Contains(r.Turns[0].Question, "bad") {
			return nil, errors.New("a bad question")
		}
		out = append(out, Answer{Text: r.Turns[0].Question})
	}
	return out, nil
}

// lasts is an hour for slow questions.
func (e *echo) lasts(requests []Request) time.Duration {
	if requests[0].Turns[0].Question == "slow" {
		return time.Hour
	}
	return e.takes
}

func questions(texts ...string) []Request {
	var out []Request
	for _, t := range texts {
		out = append(out, Localize(t, nil))
	}
	return out
}

func TestBatcherGathers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &echo{takes: 10 * time.Millisecond}
		b := NewBatcher(e, 4, 5*time.Millisecond)
		var all sync.WaitGroup
		begin := time.Now()
		for _, texts := range [][]string{{"a"}, {"b", "c"}, {"d"}} {
			all.Go(func() {
				answers, err := b.Ask(t.Context(), questions(texts...))
				require.NoError(t, err)
				require.Len(t, answers, len(texts))
				for i, text := range texts {
					require.Equal(t, text, answers[i].Text)
				}
			})
		}
		all.Wait()
		require.Equal(t, []int{4}, e.sizes)
		require.Equal(t, e.takes, time.Since(begin), "a full batch does not wait")
		require.NoError(t, b.Close())
	})
}

func TestBatcherDoesNotWaitLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &echo{takes: 10 * time.Millisecond}
		b := NewBatcher(e, 100, 5*time.Millisecond)
		begin := time.Now()
		_, err := b.Ask(t.Context(), questions("a"))
		require.NoError(t, err)
		require.Equal(t, 15*time.Millisecond, time.Since(begin))
		require.NoError(t, b.Close())
	})
}

func TestBatcherGathersWhileABatchIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &echo{takes: time.Second}
		b := NewBatcher(e, 3, time.Millisecond)
		var all sync.WaitGroup
		for i := range 7 {
			all.Go(func() {
				time.Sleep(time.Duration(i) * 10 * time.Millisecond) // the bubble's clock
				_, err := b.Ask(t.Context(), questions("a"))
				require.NoError(t, err)
			})
		}
		all.Wait()
		require.Equal(t, []int{1, 3, 3}, e.sizes)
		require.NoError(t, b.Close())
	})
}

func TestBatcherKeepsErrorsApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBatcher(&echo{}, 2, time.Second)
		var all sync.WaitGroup
		all.Go(func() {
			_, err := b.Ask(t.Context(), questions("bad"))
			require.ErrorContains(t, err, "a bad question")
		})
		all.Go(func() {
			answers, err := b.Ask(t.Context(), questions("good"))
			require.NoError(t, err)
			require.Equal(t, "good", answers[0].Text)
		})
		all.Wait()
		require.NoError(t, b.Close())
	})
}

func TestBatcherLetsACallerGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBatcher(&echo{}, 2, time.Millisecond)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := b.Ask(ctx, questions("slow"))
		require.ErrorIs(t, err, context.DeadlineExceeded)

		begin := time.Now()
		_, err = b.Ask(t.Context(), questions("b"))
		require.NoError(t, err)
		require.Less(t, time.Since(begin), time.Minute, "a batch that nobody waits for is given up")
		require.NoError(t, b.Close())
	})
}

func TestBatcherCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &echo{takes: time.Second}
		b := NewBatcher(e, 2, time.Minute)
		var all sync.WaitGroup
		all.Go(func() {
			answers, err := b.Ask(t.Context(), questions("a"))
			require.NoError(t, err, "what was taken in is answered")
			require.Len(t, answers, 1)
		})
		synctest.Wait()
		require.NoError(t, b.Close())
		all.Wait()
		require.NoError(t, b.Close())
		_, err := b.Ask(t.Context(), questions("b"))
		require.ErrorIs(t, err, ErrClosed)
		require.True(t, slices.Equal([]int{1}, e.sizes))
	})
}
