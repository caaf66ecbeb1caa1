package live

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/influx"
)

type reviewStore struct {
	asked int
	by    string
	err   error
}

func (s *reviewStore) QueryReviews(context.Context, string, time.Time, time.Time) ([]influx.Review, error) {
	s.asked++
	return []influx.Review{{Event: "e", By: s.by}}, s.err
}

func TestReviewsOfLiveEventsAreReadNowAndThen(t *testing.T) {
	store, now := &reviewStore{by: "ann"}, time.Date(2026, 1, 31, 8, 0, 0, 0, time.UTC)
	v := verdicts{store: store, now: func() time.Time { return now }, all: make(map[string]*verdict)}
	by := func(event string) string {
		r, err := v.of(t.Context(), "anna", event)
		require.ErrorIs(t, err, store.err)
		return r.By
	}
	require.Equal(t, "ann", by("e"))
	require.Empty(t, by("other"))
	store.by = "ben"
	require.Equal(t, "ann", by("e"))
	require.Equal(t, 1, store.asked, "not for each event")
	v.forget("anna")
	require.Equal(t, "ben", by("e"), "one was written here")
	store.by = "carl"
	now = now.Add(reviewsFor)
	require.Equal(t, "carl", by("e"), "or elsewhere")

	store.err, now = errors.New("down"), now.Add(reviewsFor)
	require.Equal(t, "carl", by("e"), "known from before")
	store.err = nil
	require.Equal(t, "carl", by("e"))
	require.Equal(t, 4, store.asked, "a store that fails is not asked for each event either")
	v.keep([]string{"ben"})
	require.Empty(t, v.all)
}
