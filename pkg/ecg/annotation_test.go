package ecg_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holterd/holter/pkg/ecg"
)

// drawAnnotations makes any list that the format can hold.
func drawAnnotations(t *rapid.T) []ecg.Annotation {
	var at int64
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) ecg.Annotation {
		at += rapid.OneOf(rapid.Int64Range(0, 2000), rapid.Int64Range(0, 1<<33)).Draw(t, "step")
		return ecg.Annotation{
			Sample:  at,
			Symbol:  rapid.SampledFrom([]string{"N", "V", "A", "L", "R", "+", "~", `"`, "r", "[", "]", "(", ")", "|", "[42]", "[15]", "s"}).Draw(t, "symbol"),
			Subtype: rapid.IntRange(-128, 127).Draw(t, "subtype"),
			Chan:    rapid.IntRange(0, 255).Draw(t, "chan"),
			Num:     rapid.IntRange(-128, 127).Draw(t, "num"),
			Aux:     rapid.StringMatching(`([ -~]{0,20}[!-~])?`).Draw(t, "aux"),
		}
	}), 0, 30).Draw(t, "annotations")
}

func TestAnnotationsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawAnnotations(t)
		data, err := ecg.EncodeAnnotations(want)
		require.NoError(t, err)
		got, resolution, err := ecg.DecodeAnnotations(data)
		require.NoError(t, err)
		require.Zero(t, resolution)
		require.Len(t, got, len(want))
		for i := range want {
			require.Equal(t, want[i], got[i])
		}
	})
}

func TestWriteAnnotationsThenRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "100.hol")
	want := []ecg.Annotation{
		{Sample: 18, Symbol: "+", Aux: "(N"},
		{Sample: 77, Symbol: "N"},
		{Sample: 1 << 34, Symbol: "V", Subtype: -1, Chan: 1, Num: -2, Aux: "late"},
	}
	require.NoError(t, ecg.WriteAnnotations(path, want))
	got, err := ecg.ReadAnnotations(path)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

// The bytes of a small file, by the words of annot(5).
func TestEncodeAnnotationsBytes(t *testing.T) {
	got, err := ecg.EncodeAnnotations([]ecg.Annotation{
		{Sample: 18, Symbol: "+", Aux: "(N"},
		{Sample: 77, Symbol: "N"},
		{Sample: 77 + 70000, Symbol: "V", Subtype: 1, Chan: 1, Num: 2, Aux: "x"},
	})
	require.NoError(t, err)
	require.Equal(t, []byte{
		18, 28 << 2, 2, 63 << 2, '(', 'N',
		59, 1 << 2,
		0, 59 << 2, 1, 0, 0x70, 0x11, // skip 70000 = 0x11170: high word first
		0, 5 << 2, 1, 61 << 2, 1, 62 << 2, 2, 60 << 2, 1, 63 << 2, 'x', 0,
		0, 0,
	}, got)
}

func TestEncodeAnnotationsRefuses(t *testing.T) {
	tests := []struct {
		says string
		list []ecg.Annotation
	}{
		{"sort them by time", []ecg.Annotation{{Sample: 5, Symbol: "N"}, {Sample: 4, Symbol: "N"}}},
		{"sort them by time", []ecg.Annotation{{Sample: -1, Symbol: "N"}}},
		{`symbol "PVC"`, []ecg.Annotation{{Symbol: "PVC"}}},
		{`symbol ""`, []ecg.Annotation{{}}},
		{`symbol "[0]"`, []ecg.Annotation{{Symbol: "[0]"}}},
		{`symbol "[50]"`, []ecg.Annotation{{Symbol: "[50]"}}},
		{`symbol "[1]"`, []ecg.Annotation{{Symbol: "[1]"}}},
		{"outside -128..127", []ecg.Annotation{{Symbol: "N", Subtype: 128}}},
		{"outside -128..127", []ecg.Annotation{{Symbol: "N", Num: -129}}},
		{"outside 0..255", []ecg.Annotation{{Symbol: "N", Chan: 256}}},
		{"256 bytes", []ecg.Annotation{{Symbol: "N", Aux: strings.Repeat("a", 256)}}},
	}
	for _, tt := range tests {
		_, err := ecg.EncodeAnnotations(tt.list)
		require.ErrorContains(t, err, tt.says)
	}
}

func TestDecodeAnnotationsRefuses(t *testing.T) {
	tests := map[string]struct {
		says string
		data []byte
	}{
		"cut skip":        {"inside a skip", []byte{0, 59 << 2, 1, 0}},
		"cut text":        {"inside a text", []byte{1, 1 << 2, 9, 63 << 2, 'a'}},
		"orphan text":     {"no meaning there", []byte{2, 63 << 2, 'a', 'b'}},
		"code 55":         {"code 55 at byte 2", []byte{1, 1 << 2, 1, 55 << 2}},
		"before start":    {"before the record's start", []byte{0, 59 << 2, 0xff, 0xff, 0xff, 0xff, 0, 1 << 2}},
		"bad resolution":  {"time resolution", append([]byte{0, 22 << 2, 22, 63 << 2}, "## time resolution: -1"...)},
		"bad definitions": {"annotation definition", definitions("99 x Too high")},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, _, err := ecg.DecodeAnnotations(tt.data)
			require.ErrorIs(t, err, ecg.ErrFormat)
			require.ErrorContains(t, err, tt.says)
		})
	}
}

func definitions(lines ...string) []byte {
	var out []byte
	for _, line := range slices.Concat([]string{"## annotation type definitions"}, lines, []string{"## end of definitions"}) {
		out = append(out, 0, 22<<2, byte(len(line)), 63<<2)
		out = append(out, line...)
		if len(line)%2 == 1 {
			out = append(out, 0)
		}
	}
	return out
}

func TestDecodeAnnotationsTolerates(t *testing.T) {
	got, _, err := ecg.DecodeAnnotations(nil)
	require.NoError(t, err)
	require.Empty(t, got)
	got, _, err = ecg.DecodeAnnotations([]byte{7, 1 << 2}) // no end mark
	require.NoError(t, err)
	require.Equal(t, []ecg.Annotation{{Sample: 7, Symbol: "N"}}, got)
	got, _, err = ecg.DecodeAnnotations([]byte{7, 1 << 2, 0, 0, 9, 55 << 2}) // whatever follows the end mark
	require.NoError(t, err)
	require.Len(t, got, 1)
	got, _, err = ecg.DecodeAnnotations(append(definitions("42 h A long description"), 5, 42<<2))
	require.NoError(t, err)
	require.Equal(t, []ecg.Annotation{{Sample: 5, Symbol: "h"}}, got)
}

// A file that states its own time resolution is brought to the record's rate.
func TestAnnotationTimeResolution(t *testing.T) {
	data, err := os.ReadFile("testdata/timed.atr") // 10 and 2000 at 250 per second
	require.NoError(t, err)
	dir := t.TempDir()
	path := filepath.Join(dir, "x.atr")
	require.NoError(t, os.WriteFile(path, data, 0o600))
	_, err = ecg.ReadAnnotations(path)
	require.ErrorContains(t, err, "the record's rate is needed")
	for rate, want := range map[string][]int64{"250": {10, 2000}, "360": {14, 2880}, "100": {4, 800}} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "x.hea"), []byte("x 0 "+rate+"\n"), 0o600))
		got, err := ecg.ReadAnnotations(path)
		require.NoError(t, err)
		require.Equal(t, want, []int64{got[0].Sample, got[1].Sample})
	}
}

func TestIsBeat(t *testing.T) {
	for _, symbol := range strings.Split("NLRaVFJASEj/QB?enfr", "") {
		require.True(t, ecg.IsBeat(symbol), symbol)
	}
	for _, symbol := range strings.Split(`~|sT*D"=p^t+u![]@x()`, "") {
		require.False(t, ecg.IsBeat(symbol), symbol)
	}
	require.False(t, ecg.IsBeat(""))
	require.False(t, ecg.IsBeat("[42]"))
}
