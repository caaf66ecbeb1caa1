package model

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/model/internal/ort"
	"github.com/holterd/holter/pkg/window"
)

const tiny = "testdata/tiny"

// TestMain leaves the examples out where the runtime is missing, loudly.
func TestMain(m *testing.M) {
	flag.Parse()
	if _, err := ort.FindLibrary(ort.CPU, "", os.Getenv); err != nil {
		fmt.Println("EXAMPLES ARE SKIPPED:", err)
		if err := flag.Set("test.skip", "^Example$"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// openTiny opens the tiny model; the test is skipped where the runtime is
// missing. HOLTER_TEST_DEVICE names another device than the CPU.
func openTiny(t testing.TB, o Options) *Model { return openDir(t, tiny, o) }

func openDir(t testing.TB, dir string, o Options) *Model {
	t.Helper()
	if o.Device == "" {
		o.Device = os.Getenv("HOLTER_TEST_DEVICE")
	}
	m, err := Open(dir, o)
	if errors.Is(err, ErrNoLibrary) {
		t.Skip("SKIPPED, NOTHING WAS TESTED: ", err)
	}
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, m.Close()) })
	return m
}

// variant copies the tiny model with another manifest.
func variant(t testing.TB, change func(*Manifest)) string {
	t.Helper()
	dir := t.TempDir()
	m, err := ReadManifest(tiny)
	require.NoError(t, err)
	change(&m)
	data, err := json.Marshal(m)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, ManifestFile), data, 0o600))
	for _, name := range []string{TokenizerFile, "encoder.onnx", "embed.onnx", "decoder.onnx"} {
		data, err := os.ReadFile(filepath.Join(tiny, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	return dir
}

// clipSpec describes a clip of testdata/cases.json.
type clipSpec struct {
	Seed, Samples int
	Leads         []string
}

// clip makes the signal that make_tiny.py makes.
func (s clipSpec) clip(t testing.TB) *window.Clip {
	var out window.Clip
	for _, name := range s.Leads {
		slot, err := ecg.ParseLead(name)
		require.NoError(t, err)
		k := int(slot) + 1
		out[slot] = make([]float32, s.Samples)
		for i := range out[slot] {
			v := (i*i*k+7*i*s.Seed+13*k)%401 - 200
			if i%83 < 5 {
				v += 300
			}
			out[slot][i] = float32(v) / 200
		}
	}
	return &out
}

// refCase is what PyTorch made of a conversation.
type refCase struct {
	Name  string
	Turns []struct {
		ECGs     []clipSpec
		Question string
		Answer   string
	}
	Limit  int
	IDs    []int
	Text   string
	Logits []float32
}

func (c refCase) request(t testing.TB) Request {
	var r Request
	for _, turn := range c.Turns {
		out := Turn{Question: turn.Question, Answer: turn.Answer}
		for _, spec := range turn.ECGs {
			out.ECGs = append(out.ECGs, spec.clip(t))
		}
		r.Turns = append(r.Turns, out)
	}
	return r
}

func refCases(t testing.TB) []refCase { return readCases(t, "testdata/cases.json") }

func readCases(t testing.TB, path string) []refCase {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var out []refCase
	require.NoError(t, json.Unmarshal(data, &out))
	require.NotEmpty(t, out)
	return out
}

func question(t testing.TB, code string) string {
	t.Helper()
	c, ok := localize.ByCode(code)
	require.True(t, ok)
	return localize.Question(c)
}

// twoLeads is a clip of some samples.
func twoLeads(t testing.TB, seed, samples int) *window.Clip {
	return clipSpec{Seed: seed, Samples: samples, Leads: []string{"II", "V1"}}.clip(t)
}
