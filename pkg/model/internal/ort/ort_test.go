package ort

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const tiny = "../../testdata/tiny/"

func getenv(pairs ...string) func(string) string {
	return func(key string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == key {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func touch(t *testing.T, parts ...string) string {
	t.Helper()
	path := filepath.Join(parts...)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte("x"), 0o600))
	return path
}

func TestFindLibrary(t *testing.T) {
	home := t.TempDir()
	own := touch(t, home, "own.so")
	name := filepath.Base(cached(CPU, getenv("HOME", home))[0])
	kept := touch(t, home, ".cache", "holter", "onnxruntime", Version, name)
	gpu := touch(t, home, "xdg", "holter", "onnxruntime", Version, "cuda", name)

	for label, c := range map[string]struct {
		device   Device
		explicit string
		env      []string
		want     string
	}{
		"explicit":    {CPU, own, []string{"HOME", home, LibraryVariable, "/nowhere"}, own},
		"environment": {CUDA, "", []string{"HOME", home, LibraryVariable, own}, own},
		"cache":       {CPU, "", []string{"HOME", home}, kept},
		"xdg cache":   {CUDA, "", []string{"HOME", home, "XDG_CACHE_HOME", filepath.Join(home, "xdg")}, gpu},
	} {
		t.Run(label, func(t *testing.T) {
			got, err := FindLibrary(c.device, c.explicit, getenv(c.env...))
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestFindLibraryTellsWhatToDo(t *testing.T) {
	for says, c := range map[string]struct {
		device   Device
		explicit string
		env      []string
	}{
		"make onnxruntime":              {CPU, "", nil},
		"scripts/onnxruntime.sh webgpu": {WebGPU, "", nil},
		"the configured library":        {CPU, "/nowhere.so", nil},
		LibraryVariable:                 {CPU, "", []string{LibraryVariable, "/nowhere.so"}},
		"is not a file":                 {CPU, t.TempDir(), nil},
	} {
		_, err := FindLibrary(c.device, c.explicit, getenv(append(c.env, "HOME", t.TempDir())...))
		require.ErrorIs(t, err, ErrNoLibrary)
		require.ErrorContains(t, err, says)
	}
}

func TestParseDevice(t *testing.T) {
	for name, want := range map[string]Device{"": CPU, "cpu": CPU, "CUDA": CUDA, "webgpu": WebGPU} {
		d, err := ParseDevice(name)
		require.NoError(t, err)
		require.Equal(t, want, d)
		require.Contains(t, d.Provider(), "ExecutionProvider")
	}
	_, err := ParseDevice("tpu")
	require.ErrorContains(t, err, "use cpu, cuda or webgpu")
}

func TestThreadsAndRows(t *testing.T) {
	n, err := Threads(0)
	require.NoError(t, err)
	require.Equal(t, 2, n)
	n, err = Threads(5)
	require.NoError(t, err)
	require.Equal(t, 5, n)
	_, err = Threads(-1)
	require.Error(t, err)

	require.Equal(t, 5, CPU.Rows(5))
	require.Equal(t, 8, CUDA.Rows(5))
	require.Equal(t, 1, WebGPU.Rows(1))
}

// loaded loads the runtime; the test is skipped where it is missing.
func loaded(t *testing.T) string {
	t.Helper()
	library, err := FindLibrary(CPU, "", os.Getenv)
	if errors.Is(err, ErrNoLibrary) {
		t.Skip("SKIPPED, NOTHING WAS TESTED: ", err)
	}
	require.NoError(t, err)
	require.NoError(t, Load(library))
	return library
}

func TestLoadOneLibraryPerProcess(t *testing.T) {
	library := loaded(t)
	require.NoError(t, Load(library), "again")
	require.ErrorContains(t, Load("/another.so"), "can run only one")
	require.NotEmpty(t, LoadedVersion())
}

var embed = Graph{
	File:    tiny + "embed.onnx",
	Inputs:  []Port{{"input_ids", Int64}},
	Outputs: []Port{{"inputs_embeds", Float32}},
}

func TestSessionRuns(t *testing.T) {
	loaded(t)
	s, err := Open(embed, CPU, 1)
	require.NoError(t, err)
	twice, once := make([]float32, 2*32), make([]float32, 100) // longer than needed is allowed
	require.NoError(t, s.Run([]Tensor{Ints([]int64{7, 9}, 1, 2)}, []Tensor{Floats(twice, 1, 2, 32)}))
	require.NoError(t, s.Run([]Tensor{Ints([]int64{9}, 1, 1)}, []Tensor{Floats(once, 1, 1, 32)}))
	require.Equal(t, twice[32:], once[:32])
	require.NotEqual(t, twice[:32], once[:32])

	require.ErrorContains(t, s.Run([]Tensor{Ints([]int64{9}, 1, 1)}, []Tensor{Floats(once, 1, 1, 31)}), "embed.onnx")
	require.ErrorContains(t, s.Run([]Tensor{Ints([]int64{9}, 1, 2)}, []Tensor{Floats(once, 1, 2, 32)}), "embed.onnx")
	require.ErrorContains(t, s.Run([]Tensor{Ints([]int64{9999}, 1, 1)}, []Tensor{Floats(once, 1, 1, 32)}), "embed.onnx")
	require.NoError(t, s.Close())
}

func TestOpenComparesPorts(t *testing.T) {
	loaded(t)
	for says, change := range map[string]func(*Graph){
		"read graph ":                       func(g *Graph) { g.File = "none.onnx" },
		"takes 1 inputs, want 2":            func(g *Graph) { g.Inputs = append(g.Inputs, Port{"more", Int64}) },
		`has no input "ids"`:                func(g *Graph) { g.Inputs = []Port{{"ids", Int64}} },
		`has no output "out"`:               func(g *Graph) { g.Outputs = []Port{{"out", Float32}} },
		`input "input_ids" holds`:           func(g *Graph) { g.Inputs = []Port{{"input_ids", Float32}} },
		`output "inputs_embeds" holds`:      func(g *Graph) { g.Outputs = []Port{{"inputs_embeds", Int64}} },
		tiny + "decoder.onnx takes 7 input": func(g *Graph) { g.File = tiny + "decoder.onnx" },
	} {
		g := embed
		change(&g)
		_, err := Open(g, CPU, 1)
		require.ErrorContains(t, err, says)
	}
}

// The library of make onnxruntime is for the CPU: another device must fail,
// and say what to do, rather than fall back.
func TestDeviceThatCannotServeFailsLoudly(t *testing.T) {
	if os.Getenv(LibraryVariable) != "" {
		t.Skip("SKIPPED: " + LibraryVariable + " may name a library for any device")
	}
	loaded(t)
	_, err := Open(embed, CUDA, 1)
	require.ErrorContains(t, err, "device cuda")
	require.ErrorContains(t, err, "scripts/onnxruntime.sh cuda")
}

func TestRecordProvesPlacement(t *testing.T) {
	loaded(t)
	record := filepath.Join(t.TempDir(), "embed")
	s, err := OpenRecorded(embed, CPU, 1, record)
	require.NoError(t, err)
	out := make([]float32, 32)
	for range 2 {
		require.NoError(t, s.Run([]Tensor{Ints([]int64{9}, 1, 1)}, []Tensor{Floats(out, 1, 1, 32)}))
	}
	require.NoError(t, s.Close())
	p, err := ReadPlacement(record, CPU)
	require.NoError(t, err)
	require.Positive(t, p.There)
	require.Zero(t, p.Others)

	_, err = ReadPlacement(record, CUDA)
	require.ErrorContains(t, err, "device cuda does not serve this model: 0 of 1 nodes")
	_, err = ReadPlacement(filepath.Join(t.TempDir(), "none"), CPU)
	require.ErrorContains(t, err, "0 records")
}

func TestPlacement(t *testing.T) {
	node := func(name, operation, provider string) string {
		return `{"cat":"Node","name":"` + name + `","args":{"op_name":"` + operation + `","provider":"` + provider + `"}}`
	}
	const gpu, cpu = "WebGpuExecutionProvider", "CPUExecutionProvider"
	session := `{"cat":"Session","name":"model_run","args":{}}`
	for label, c := range map[string]struct {
		events []string
		want   string
		says   string
	}{
		"all there":      {[]string{session, node("a", "MatMul", gpu), node("a", "MatMul", gpu)}, "1 of 1 nodes on " + gpu, ""},
		"shapes on CPU":  {[]string{node("a", "FusedMatMul", gpu), node("b", "Gather", cpu)}, "1 of 2 nodes on " + gpu, ""},
		"work on CPU":    {[]string{node("a", "MatMul", gpu), node("b", "Conv", cpu)}, "", "and Conv, others elsewhere"},
		"nothing there":  {[]string{node("b", "Gather", cpu)}, "", "0 of 1 nodes"},
		"nothing at all": {[]string{session}, "", "0 of 0 nodes"},
	} {
		t.Run(label, func(t *testing.T) {
			p, err := placement([]byte("["+strings.Join(c.events, ",")+"]"), WebGPU)
			if c.says != "" {
				require.ErrorContains(t, err, c.says)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, p.String())
		})
	}
	_, err := placement([]byte("no JSON"), WebGPU)
	require.ErrorContains(t, err, "read the runtime's record")
}
