package rhythm_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/rhythm"
)

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// strip makes beats of a strip of N and V, rr apart; a dash is a beat time that
// passes without one.
func strip(beats string, rr time.Duration) []rhythm.Beat {
	var all []rhythm.Beat
	between, previous := rhythm.Unknown, time.Time{}
	for i, b := range beats {
		at := epoch.Add(time.Duration(i) * rr)
		switch b {
		case '-':
			continue
		case 'V':
			all = append(all, rhythm.Beat{Time: at, Previous: previous, Between: between})
			between = 0
		default:
			if between != rhythm.Unknown {
				between++
			}
		}
		previous = at
	}
	return all
}

// written is how patterns are compared.
func written(all []rhythm.Pattern) string {
	var text []string
	for _, p := range all {
		text = append(text, fmt.Sprintf("%v %d@%.0f", p.Kind, p.Beats, p.Rate))
	}
	return strings.Join(text, ", ")
}

func TestPatterns(t *testing.T) {
	const rr = 500 * time.Millisecond
	for _, c := range []struct{ beats, want string }{
		{"", ""},
		{"NNN", ""},
		{"NVN", "single 1@0"},
		{"NVVN", "couplet 2@120"},
		{"NVVVN", "triplet 3@120"},
		{"NVVVVNNNVVN", "run 4@120, couplet 2@120"},
		{"VNVNV", "bigeminy 3@120"},
		{"VNVNN", "single 1@0, single 1@0"},
		{"VNVNNV", "single 1@0, single 1@0, single 1@0"},
		{"VNNVNNVNNV", "trigeminy 4@120"},
		{"VNVNVNNVNNVNNV", "bigeminy 3@120, trigeminy 3@120"},
		{"VVNVNVNV", "couplet 2@120, bigeminy 3@120"},
		{"VNVNVNVV", "bigeminy 3@120, couplet 2@120"},
		{"VNNNVNNNVNNNV", "single 1@0, single 1@0, single 1@0, single 1@0"}, // quadrigeminy
		{"VV---VV", "couplet 2@120, couplet 2@120"},                         // a pause of 2 s
		{"V--V", "couplet 2@40"},
		{"VNVNV---------NVNVNV", "bigeminy 3@120, bigeminy 3@120"},
	} {
		require.Equal(t, c.want, written(rhythm.Patterns(strip(c.beats, rr), 0)), c.beats)
	}
	require.Equal(t, "single 1@0, single 1@0", written(rhythm.Patterns(strip("VV", time.Second), 600*time.Millisecond)), "too slow")
	require.Equal(t, "couplet 2@60", written(rhythm.Patterns(strip("VV", time.Second), 0)))
}

// What lies between is told by the number of beats, else by the time of the
// previous one, else by nothing.
func TestWhatIsNotKnown(t *testing.T) {
	beats := strip("VNVNVVV", 500*time.Millisecond)
	for i := range beats {
		beats[i].Between = rhythm.Unknown
	}
	require.Equal(t, "single 1@0, single 1@0, triplet 3@120", written(rhythm.Patterns(beats, 0)), "no bigeminy without the number")
	beats[3].Previous = beats[3].Previous.Add(140 * time.Millisecond)
	require.Equal(t, "single 1@0, single 1@0, triplet 3@120", written(rhythm.Patterns(beats, 0)), "two windows found it")
	beats[3].Previous = beats[3].Previous.Add(20 * time.Millisecond)
	require.Equal(t, "single 1@0, single 1@0, single 1@0, couplet 2@120", written(rhythm.Patterns(beats, 0)), "another beat")
	for i := range beats {
		beats[i].Previous = time.Time{}
	}
	require.Equal(t, "run 5@80", written(rhythm.Patterns(beats, 0)))
}

func TestTachycardia(t *testing.T) {
	of := func(beats string, rr time.Duration) rhythm.Tachycardia {
		all := rhythm.Patterns(strip(beats, rr), 0)
		require.Len(t, all, 1)
		return all[0].Tachycardia()
	}
	require.Equal(t, rhythm.None, of("VV", 400*time.Millisecond), "a couplet is none, however fast")
	require.Equal(t, rhythm.NonSustained, of("VVV", 590*time.Millisecond))
	require.Equal(t, rhythm.None, of("VVV", 600*time.Millisecond), "not faster than 100/min")
	require.Equal(t, rhythm.None, of("VNVNV", 300*time.Millisecond), "bigeminy, however fast")
	require.Equal(t, rhythm.NonSustained, of(strings.Repeat("V", 60), 500*time.Millisecond), "29.5 s")
	require.Equal(t, rhythm.Sustained, of(strings.Repeat("V", 61), 500*time.Millisecond), "30 s")
}

func TestCount(t *testing.T) {
	beats := strip("VVVVVNVNNVVNVVVN", 500*time.Millisecond)
	beats = append(beats, strip("NVVVN", 300*time.Millisecond)...)
	for i := range beats[len(beats)-3:] {
		b := &beats[len(beats)-3+i]
		b.Time, b.Previous = b.Time.Add(time.Minute), b.Previous.Add(time.Minute)
	}
	tally := rhythm.Count(rhythm.Patterns(beats, 0))
	require.Equal(t, map[rhythm.Kind]int{rhythm.Run: 1, rhythm.Single: 1, rhythm.Couplet: 1, rhythm.Triplet: 2}, tally.Patterns)
	require.Equal(t, map[rhythm.Kind]int{rhythm.Run: 5, rhythm.Single: 1, rhythm.Couplet: 2, rhythm.Triplet: 6}, tally.Beats)
	require.Equal(t, map[rhythm.Tachycardia]int{rhythm.NonSustained: 3}, tally.Tachycardias)
	require.Equal(t, 5, tally.Longest.Beats)
	require.InDelta(t, 200, tally.Fastest.Rate, 0.1)
}

// Every beat is in one pattern, and a new beat changes only the last patterns.
func TestAsBeatsCome(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		var text strings.Builder
		for range 60 {
			text.WriteByte("VVVNN-"[r.IntN(6)])
		}
		beats := strip(text.String(), 500*time.Millisecond)
		var before []rhythm.Pattern
		for n := range len(beats) + 1 {
			now := rhythm.Patterns(beats[:n], 0)
			sum := 0
			for _, p := range now {
				sum += p.Beats
			}
			require.Equal(t, n, sum)
			kept := before[:max(0, len(before)-1)]
			for len(kept) > 0 && kept[len(kept)-1].Kind == rhythm.Single {
				kept = kept[:len(kept)-1]
			}
			require.Equal(t, written(kept), written(now[:len(kept)]), text.String())
			before = now
		}
	}
}

func TestNames(t *testing.T) {
	for _, k := range rhythm.Kinds {
		parsed, ok := rhythm.ParseKind(k.String())
		require.True(t, ok)
		require.Equal(t, k, parsed)
	}
	_, ok := rhythm.ParseKind("quadrigeminy")
	require.False(t, ok)
}

func ExamplePatterns() {
	at := func(s float64) time.Time { return epoch.Add(time.Duration(s * float64(time.Second))) }
	beats := []rhythm.Beat{
		{Time: at(1.5), Previous: at(1), Between: rhythm.Unknown},
		{Time: at(1.9), Previous: at(1.5), Between: 0},
		{Time: at(2.3), Previous: at(1.9), Between: 0},
		{Time: at(9.5), Previous: at(9), Between: 7},
	}
	for _, p := range rhythm.Patterns(beats, 0) {
		fmt.Printf("%v of %d at %.0f/min, %v\n", p.Kind, p.Beats, p.Rate, p.Tachycardia())
	}
	// Output:
	// triplet of 3 at 150/min, non-sustained
	// single of 1 at 0/min, none
}
