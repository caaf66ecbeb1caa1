package wire

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/influx"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

func TestALiveEventTellsThePatternOfItsBeats(t *testing.T) {
	at := func(ms int) int64 { return int64(time.Duration(ms) * time.Millisecond) }
	for _, c := range []struct {
		kind    string
		beats   uint32
		times   []int64
		between []int32
		want    *Pattern
	}{
		{"V", 1, []int64{at(0)}, []int32{5}, &Pattern{"single", 1, 0}},
		{"V", 2, []int64{at(0), at(500)}, []int32{5, 0}, &Pattern{"couplet", 2, 120}},
		{"V", 2, []int64{at(0), at(500)}, nil, &Pattern{"couplet", 2, 120}},
		{"V", 4, []int64{at(0), at(500), at(1000), at(1500)}, []int32{-1, 0, 0, 0}, &Pattern{"run", 4, 120}},
		{"V", 3, []int64{at(0), at(1200), at(2400)}, []int32{3, 1, 1}, &Pattern{"bigeminy", 3, 100}},
		{"V", 2, []int64{at(0), at(1200)}, []int32{3, 1}, nil}, // two single beats
		{"V", 5, []int64{at(0), at(500)}, []int32{0, 0}, nil},  // it has grown
		{"L", 2, []int64{at(0), at(500)}, []int32{5, 0}, nil},  // not premature
		{"AFIB", 1, []int64{at(0)}, []int32{0}, nil},
	} {
		m := &holterv1.Event{Kind: c.kind, Beats: c.beats, NewBeatTimesNs: c.times, BeatsBetween: c.between}
		require.Equal(t, c.want, EventOf(m, influx.Review{}).Pattern, "%s %v", c.kind, c.times)
	}
}
