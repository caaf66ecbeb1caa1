package influx

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func someReview(at time.Time) Review {
	e := sample(hourAgo())
	r := NewReview(e, "night shift", at)
	r.Verdict, r.Kind, r.Note = VerdictRelabelled, "A", `narrow, "early"`
	return r
}

func TestRealReviewsKeepTheirHistory(t *testing.T) {
	s := realStore(t)
	now := time.Now().UTC().Truncate(time.Millisecond)
	first, second := someReview(now.Add(-time.Minute)), someReview(now)
	second.Verdict, second.Kind, second.Note = VerdictRejected, "", ""
	of := func(id, patient string, start time.Time) Review {
		r := someReview(now)
		r.Event, r.Patient, r.EventStart, r.Verdict, r.Kind = id, patient, start, VerdictConfirmed, ""
		return r
	}
	later := of("later", "p1", first.EventStart.Add(time.Minute))
	for _, r := range []Review{second, first, later, of("other", "p2", first.EventStart)} {
		require.NoError(t, s.WriteReview(t.Context(), r))
	}
	got, err := s.QueryReviews(t.Context(), "p1", first.EventStart, later.EventStart)
	require.NoError(t, err)
	require.Equal(t, []Review{first, second}, got)
	require.Equal(t, map[string]Review{first.Event: second}, Newest(got))
	got, err = s.QueryReviews(t.Context(), "", time.Time{}, time.Time{})
	require.NoError(t, err)
	require.Len(t, got, 4)
	require.Empty(t, collect(t, s, Filter{}), "a review is not an event")
}

func TestReviewsAreChecked(t *testing.T) {
	require.NoError(t, someReview(time.Now()).Check())
	for want, spoil := range map[string]func(*Review){
		"is not one of":            func(r *Review) { r.Verdict = "maybe" },
		"by is empty":              func(r *Review) { r.By = " " },
		`kind "X" is not the code`: func(r *Review) { r.Kind = "X" },
		"goes with":                func(r *Review) { r.Verdict = VerdictConfirmed },
		"bytes":                    func(r *Review) { r.Note = strings.Repeat("x", maxRemark) },
		"is missing":               func(r *Review) { r.At = time.Time{} },
	} {
		r := someReview(time.Now())
		spoil(&r)
		require.ErrorContains(t, r.Check(), want)
	}
}

func TestReviewText(t *testing.T) {
	r := someReview(time.Date(2026, 1, 31, 8, 30, 59, 0, time.UTC))
	require.Equal(t, `relabelled A by night shift 2026-01-31 08:30 UTC: narrow, "early"`, r.Text())
	e := sample(r.EventStart)
	require.Equal(t, "A", r.KindOf(e))
	require.Equal(t, "V", Review{Verdict: VerdictConfirmed}.KindOf(e))
	require.Empty(t, Review{Verdict: VerdictRejected}.KindOf(e))
}
