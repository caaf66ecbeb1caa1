package ecg_test

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/ecg"
)

// scored is a record at 100 Hz with the beats that the experts marked.
type scored struct {
	name    string
	leads   [][]float32
	beats   []float64    // seconds
	flutter [][2]float64 // stretches in which there are no beats to score
}

const scoredRate = 100

func loadScored(t testing.TB, path string) scored {
	t.Helper()
	rec, err := ecg.ReadRecord(path)
	require.NoError(t, err)
	annotations, err := ecg.ReadAnnotations(path + ".atr")
	require.NoError(t, err)
	s := scored{name: filepath.Base(path)}
	for _, lead := range rec.Leads {
		s.leads = append(s.leads, resample(lead.Samples, rec.Rate, scoredRate))
	}
	for _, a := range annotations {
		at := float64(a.Sample) / rec.Rate
		switch {
		case a.Symbol == "[":
			s.flutter = append(s.flutter, [2]float64{at, at})
		case a.Symbol == "]":
			s.flutter[len(s.flutter)-1][1] = at
		case ecg.IsBeat(a.Symbol):
			s.beats = append(s.beats, at)
		}
	}
	return s
}

// resample goes from one rate to a lower one with a windowed sinc that cuts at 90 %
// of the new Nyquist frequency.
func resample(x []float32, from, to float64) []float32 {
	const lobes = 12
	cut := 0.9 * to / from
	half := int(lobes / cut)
	phases := make(map[float64][]float64)
	out := make([]float32, int(float64(len(x))*to/from))
	for i := range out {
		center := float64(i) * from / to
		first := int(math.Floor(center)) - half
		phase := math.Round((center-math.Floor(center))*1e9) / 1e9
		taps := phases[phase]
		if taps == nil {
			var sum float64
			for k := range 2*half + 2 {
				d := (float64(k-half) - phase) * cut
				w := 0.0
				if math.Abs(d) < lobes {
					w = 0.5 + 0.5*math.Cos(math.Pi*d/lobes)
				}
				if d != 0 {
					w *= math.Sin(math.Pi*d) / (math.Pi * d)
				}
				taps, sum = append(taps, w), sum+w
			}
			for k := range taps {
				taps[k] /= sum
			}
			phases[phase] = taps
		}
		var y float64
		for k, w := range taps {
			y += w * float64(x[min(max(first+k, 0), len(x)-1)])
		}
		out[i] = float32(y)
	}
	return out
}

// tally counts as WFDB's bxb does: beats match within 150 ms, one to one.
type tally struct {
	tp, fn, fp int
	offsets    []float64 // detected minus marked, seconds
}

func (a *tally) add(b tally) {
	a.tp, a.fn, a.fp = a.tp+b.tp, a.fn+b.fn, a.fp+b.fp
	a.offsets = append(a.offsets, b.offsets...)
}

func (a tally) sensitivity() float64  { return 100 * float64(a.tp) / float64(max(a.tp+a.fn, 1)) }
func (a tally) predictivity() float64 { return 100 * float64(a.tp) / float64(max(a.tp+a.fp, 1)) }

func (a tally) String() string {
	return fmt.Sprintf("Se %.2f %% +P %.2f %% (missed %d, extra %d), offset %+.0f ms, within 50 ms %.1f %%",
		a.sensitivity(), a.predictivity(), a.fn, a.fp, 1000*a.median(), a.within(0.05))
}

func (a tally) median() float64 {
	if len(a.offsets) == 0 {
		return 0
	}
	sorted := slices.Clone(a.offsets)
	slices.Sort(sorted)
	return sorted[len(sorted)/2]
}

// within is the share of matched beats that lie within d seconds of the mark.
func (a tally) within(d float64) float64 {
	n := 0
	for _, o := range a.offsets {
		if math.Abs(o) <= d {
			n++
		}
	}
	return 100 * float64(n) / float64(max(len(a.offsets), 1))
}

func (s scored) score(found []float64) tally {
	const tolerance = 0.15
	var t tally
	taken := make([]bool, len(found))
	inFlutter := func(at float64) bool {
		for _, f := range s.flutter {
			if at > f[0]-tolerance && at < f[1]+tolerance {
				return true
			}
		}
		return false
	}
	next := 0
	for _, ref := range s.beats {
		for next < len(found) && found[next] < ref-tolerance {
			next++
		}
		best := -1
		for i := next; i < len(found) && found[i] <= ref+tolerance; i++ {
			if !taken[i] && (best < 0 || math.Abs(found[i]-ref) < math.Abs(found[best]-ref)) {
				best = i
			}
		}
		if best < 0 {
			if !inFlutter(ref) {
				t.fn++
			}
			continue
		}
		taken[best] = true
		t.tp++
		t.offsets = append(t.offsets, found[best]-ref)
	}
	for i, at := range found {
		if !taken[i] && !inFlutter(at) {
			t.fp++
		}
	}
	return t
}

// whole detects over the whole record at once.
func (s scored) whole(leads [][]float32) []float64 {
	return seconds(ecg.DetectQRS(leads, scoredRate), 0)
}

// windowed detects in 10 s windows that overlap by 4 s, as the pipeline does, and
// takes from each the beats of its middle.
func (s scored) windowed(leads [][]float32) []float64 {
	const length, hop, margin = 10 * scoredRate, 6 * scoredRate, 2 * scoredRate
	var out []float64
	n, done := len(leads[0]), 0
	for from := 0; done < n; from += hop {
		from = max(min(from, n-length), 0)
		var clip [][]float32
		for _, lead := range leads {
			clip = append(clip, lead[from:min(from+length, n)])
		}
		high := from + length - margin
		if from+length >= n {
			high = n
		}
		for _, at := range ecg.DetectQRS(clip, scoredRate) {
			if at += from; at >= done && at < high {
				out = append(out, float64(at)/scoredRate)
			}
		}
		done = high
	}
	return out
}

func seconds(samples []int, offset int) []float64 {
	out := make([]float64, len(samples))
	for i, n := range samples {
		out[i] = float64(n+offset) / scoredRate
	}
	return out
}
