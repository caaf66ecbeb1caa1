package registry_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"gotest.tools/v3/golden"

	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/registry"
)

const two = `devices:
  - device: watch-1
    patient: anna
    leads: [MLII, V1]
    questions: [V, Where is the ventricular tachycardia located in this ECG?]
  - {device: watch-2, patient: anna}
`

func open(t *testing.T, content, unknown string) (*registry.Registry, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "devices.yaml")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	r, err := registry.Open(config.Devices{File: path, Unknown: unknown})
	require.NoError(t, err)
	return r, path
}

func TestLookup(t *testing.T) {
	r, _ := open(t, two, config.UnknownOwnPatient)
	require.Equal(t, 2, r.Len())
	d, err := r.Lookup("watch-1")
	require.NoError(t, err)
	require.Equal(t, registry.Device{
		Name: "watch-1", Patient: "anna", Leads: []string{"MLII", "V1"},
		Questions: []string{"V", "Where is the ventricular tachycardia located in this ECG?"},
	}, d)

	d, err = r.Lookup("stranger")
	require.NoError(t, err)
	require.Equal(t, registry.Device{Name: "stranger", Patient: "stranger"}, d)

	_, err = r.Lookup("anna")
	require.ErrorIs(t, err, registry.ErrUnknownDevice)
	require.ErrorContains(t, err, "has the name of a patient")
}

func TestUnknownDevicesAreRefused(t *testing.T) {
	r, _ := open(t, two, config.UnknownRefuse)
	_, err := r.Lookup("stranger")
	require.ErrorIs(t, err, registry.ErrUnknownDevice)
	require.ErrorContains(t, err, "devices.file")
}

func TestWithoutAFile(t *testing.T) {
	r, err := registry.Open(config.Default().Devices)
	require.NoError(t, err)
	changed, err := r.Reload()
	require.NoError(t, err)
	require.False(t, changed)
	d, err := r.Lookup("x")
	require.NoError(t, err)
	require.Equal(t, "x", d.Patient)
}

func TestReloadKeepsTheEarlierWhenTheFileIsWrong(t *testing.T) {
	r, path := open(t, two, config.UnknownOwnPatient)
	changed, err := r.Reload()
	require.NoError(t, err)
	require.False(t, changed)

	require.NoError(t, os.WriteFile(path, []byte("devices: [{device: watch-1}]"), 0o600))
	_, err = r.Reload()
	require.ErrorContains(t, err, path)
	require.Equal(t, 2, r.Len())

	require.NoError(t, os.WriteFile(path, []byte("devices: [{device: watch-1, patient: bert}]"), 0o600))
	changed, err = r.Reload()
	require.NoError(t, err)
	require.True(t, changed)
	d, err := r.Lookup("watch-1")
	require.NoError(t, err)
	require.Equal(t, "bert", d.Patient)

	require.NoError(t, os.Remove(path))
	_, err = r.Reload()
	require.Error(t, err)
	require.Equal(t, 1, r.Len())
}

func TestWatchReadsChanges(t *testing.T) {
	r, path := open(t, two, config.UnknownOwnPatient)
	ctx, cancel := context.WithCancel(t.Context())
	var watch sync.WaitGroup
	watch.Go(func() { r.Watch(ctx, time.Millisecond, zerolog.Nop()) })
	require.NoError(t, os.WriteFile(path, []byte("devices: []"), 0o600))
	require.Eventually(t, func() bool { return r.Len() == 0 }, 10*time.Second, time.Millisecond)
	cancel()
	watch.Wait()
}

func TestProblems(t *testing.T) {
	wrong, err := filepath.Abs("testdata/wrong.txt")
	require.NoError(t, err)
	t.Chdir("testdata")
	_, err = registry.Open(config.Devices{File: "wrong.yaml"})
	require.Error(t, err)
	golden.Assert(t, err.Error()+"\n", wrong)

	_, err = registry.Open(config.Devices{File: "unreadable.yaml"})
	require.ErrorContains(t, err, "line 2: devices[0].patiend: no such key; did you mean patient?")
	_, err = registry.Open(config.Devices{File: "missing.yaml"})
	require.ErrorContains(t, err, "devices.file")
}

func TestCheckName(t *testing.T) {
	for _, good := range []string{"a", "watch-1", "Frau Müller", "100_x.y:z"} {
		require.NoError(t, registry.CheckName(good))
	}
	for _, bad := range []string{"", "a/b", "+", "a#", `a\`, "a\nb", "\xff", string(make([]byte, 129))} {
		require.Error(t, registry.CheckName(bad), "%q", bad)
	}
}
