package window

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

type golden struct {
	Offset float64
	Sines  [][3]float64 // Hz, mV, rad
	Cases  []struct {
		Rate        float64
		Up, Down    uint64
		N           int
		Stock, Unit []float64
	}
}

func readGolden(t *testing.T) golden {
	t.Helper()
	text, err := os.ReadFile("testdata/resample.json")
	require.NoError(t, err)
	var g golden
	require.NoError(t, json.Unmarshal(text, &g))
	return g
}

func (g golden) signal(rate float64, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = g.Offset
		for _, s := range g.Sines {
			if s[0] < rate/2 {
				x[i] += s[1] * math.Sin(2*math.Pi*s[0]*float64(i)/rate+s[2])
			}
		}
	}
	return x
}

// The figures here are the "stated error" of the package documentation.
func TestResamplerAgreesWithScipy(t *testing.T) {
	g := readGolden(t)
	for _, c := range g.Cases {
		r, err := NewResampler(c.Rate)
		require.NoError(t, err)
		require.Equal(t, ratio{c.Up, c.Down}, r.kernel.ratio, "%g Hz", c.Rate)
		got := r.Flush(r.Push(nil, g.signal(c.Rate, c.N)))
		require.Len(t, got, len(c.Unit), "%g Hz", c.Rate)
		unit, stock := 0.0, 0.0
		for i, y := range got {
			unit = max(unit, math.Abs(float64(y)-c.Unit[i]))
			stock = max(stock, math.Abs(float64(y)-c.Stock[i]))
		}
		t.Logf("%6g Hz: %.1e mV from scipy with unit gain, %.1e mV from scipy", c.Rate, unit, stock)
		require.Less(t, unit, 4e-6, "%g Hz: same filter", c.Rate)
		require.Less(t, stock, 1.2e-3, "%g Hz: scipy as it is", c.Rate)
	}
}

func TestResamplerKeepsConstants(t *testing.T) {
	for _, rate := range []float64{50, 64, 128, 257, 360, 999.9} {
		r, err := NewResampler(rate)
		require.NoError(t, err)
		in := make([]float64, int(rate)*3)
		for i := range in {
			in[i] = 287.25 // an electrode offset
		}
		for _, y := range r.Flush(r.Push(nil, in)) {
			require.Equal(t, float32(287.25), y, "%g Hz", rate)
		}
	}
}

func TestResamplerSuppressesAliases(t *testing.T) {
	for _, rate := range []float64{250, 360, 500, 999.9, 1000} {
		r, err := NewResampler(rate)
		require.NoError(t, err)
		in := make([]float64, int(rate)*4)
		for i := range in {
			in[i] = math.Sin(2 * math.Pi * 60 * float64(i) / rate) // would appear at 40 Hz
		}
		out := r.Flush(r.Push(nil, in))
		for _, y := range out[50 : len(out)-50] {
			require.Less(t, math.Abs(float64(y)), 5e-3, "%g Hz", rate)
		}
	}
}

func TestResamplerDoesNotDependOnChunking(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.OneOf(rapid.SampledFrom([]float64{100, 128, 250, 360, 257, 128.5, 999.9}), rapid.Float64Range(50, 1000)).Draw(t, "rate")
		in := rapid.SliceOfN(rapid.Float64Range(-5, 5), 1, 1500).Draw(t, "signal")
		whole, err := NewResampler(rate)
		require.NoError(t, err)
		want := whole.Flush(whole.Push(nil, in))
		require.Len(t, want, outputs(whole.kernel.ratio, len(in)))

		parts, err := NewResampler(rate)
		require.NoError(t, err)
		var got []float32
		for rest := in; len(rest) > 0; {
			n := rapid.IntRange(0, len(rest)).Draw(t, "n")
			got = parts.Push(got, rest[:n])
			rest = rest[n:]
			if n == 0 {
				got, rest = parts.Push(got, rest[:1]), rest[1:]
			}
		}
		require.Equal(t, want, parts.Flush(got))
	})
}

func TestResamplerResumes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.Float64Range(50, 1000).Draw(t, "rate")
		in := rapid.SliceOfN(rapid.Float64Range(-5, 5), 600, 1500).Draw(t, "signal")
		whole, err := NewResampler(rate)
		require.NoError(t, err)
		want := whole.Flush(whole.Push(nil, in))

		from := rapid.IntRange(0, len(want)-1).Draw(t, "from")
		sample, _ := whole.kernel.at(int64(from))
		start := max(0, sample-int64(whole.kernel.left))
		later := newResampler(whole.kernel, start, int64(from))
		require.Equal(t, want[from:], later.Flush(later.Push(nil, in[start:])))
	})
}

// After 24 h no rate, whole or not, has gained or lost a sample, and the
// position of the last output is where it belongs to within 0.1 ms.
func TestNoDriftOver24Hours(t *testing.T) {
	const day = 24 * 3600
	check := func(t require.TestingT, rate float64) {
		r, err := newRatio(rate)
		require.NoError(t, err)
		require.InEpsilon(t, rate, r.rate(), rateError)
		n := int(rate * day)
		require.InDelta(t, float64(n)/rate*Rate, outputs(r, n), 1.01, "%g Hz", rate)
		sample, phase := r.at(day * Rate)
		at := (float64(sample) + float64(phase)/float64(r.up)) / rate
		require.InDelta(t, day, at, 1e-4, "%g Hz", rate)
	}
	for _, rate := range []float64{50, 100, 128, 128.5, 250, 256.41, 257, 333.333, 360, 500, 999.9, 1000} {
		check(t, rate)
	}
	rapid.Check(t, func(t *rapid.T) { check(t, rapid.Float64Range(50, 1000).Draw(t, "rate")) })
}

// The counts of a real run: 24 h at an awkward rate in uneven chunks.
func TestSampleCountOver24Hours(t *testing.T) {
	if testing.Short() {
		t.Skip("a day of signal takes a second or two")
	}
	for _, rate := range []float64{51.3, 128.5} {
		r, err := NewResampler(rate)
		require.NoError(t, err)
		total, made := int(math.Round(rate*24*3600)), 0
		var buffer []float32
		in := make([]float64, 9973)
		for left := total; left > 0; left -= len(in) {
			buffer = r.Push(buffer[:0], in[:min(len(in), left)])
			made += len(buffer)
		}
		made += len(r.Flush(nil))
		require.Equal(t, 24*3600*Rate, made, "%g Hz", rate)
	}
}

func TestKernelStaysSmall(t *testing.T) {
	for _, rate := range []float64{50.017, 128.5, 333.337, 999.9, 999.99, 123.456789} {
		r, err := newRatio(rate)
		require.NoError(t, err)
		k := newKernel(r)
		kept := len(k.table)
		for _, phase := range k.phases {
			kept += len(phase)
		}
		require.LessOrEqual(t, kept, 2*(halfWidth+1)*fine+2, "%g Hz: %v", rate, r)
	}
}

// Interpolated phases are as good as the real ones.
func TestInterpolatedPhases(t *testing.T) {
	r := ratio{up: 500, down: 509}
	exact := newKernel(r)
	coarse := &kernel{ratio: r, left: exact.left, table: newKernel(ratio{up: 500, down: 513}).table}
	scratch := make([]float64, coarse.width())
	for phase := range r.up {
		for j, tap := range coarse.taps(phase, scratch) {
			require.InDelta(t, exact.phases[phase][j], tap, 2e-6)
		}
	}
}

func TestResamplerRefusesRates(t *testing.T) {
	for _, rate := range []float64{0, -1, 0.5, 1e5, math.NaN(), math.Inf(1)} {
		_, err := NewResampler(rate)
		require.ErrorContains(t, err, "between 1 and 10000 Hz")
	}
}

func BenchmarkResampler(b *testing.B) {
	for _, rate := range []float64{360, 999.9} {
		b.Run(map[float64]string{360: "360Hz", 999.9: "999.9Hz"}[rate], func(b *testing.B) {
			r, err := NewResampler(rate)
			require.NoError(b, err)
			in := make([]float64, int(rate))
			var out []float32
			for b.Loop() {
				out = r.Push(out[:0], in)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "s-of-signal/s")
		})
	}
}
