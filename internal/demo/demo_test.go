package demo

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/config"
	embeddedinflux "github.com/holterd/holter/internal/embedded/influx"
	"github.com/holterd/holter/internal/replay"
	"github.com/holterd/holter/pkg/model"
)

// shippedModel returns the folder of the model, or skips without what it needs.
func shippedModel(t *testing.T) string {
	t.Helper()
	if _, err := embeddedinflux.Find(); err != nil {
		t.Skipf("the whole system needs InfluxDB: %v", err)
	}
	dir := filepath.Join("..", "..", "models", "default")
	m, err := model.Open(dir, model.Options{Logger: zerolog.Nop()})
	if errors.Is(err, model.ErrNoLibrary) || errors.Is(err, os.ErrNotExist) {
		t.Skipf("the whole system needs a model: %v", err)
	}
	require.NoError(t, err)
	require.NoError(t, m.Close())
	return dir
}

func TestTheWholeSystemTellsItsStory(t *testing.T) {
	cfg := config.Default()
	cfg.Model.Dir = shippedModel(t)
	recording, err := simulated(t.TempDir())
	require.NoError(t, err)
	var out bytes.Buffer
	scratch := t.TempDir()
	err = Run(t.Context(), Options{
		Sources: Sources{Record: recording.Path, Scratch: scratch},
		To:      2 * time.Minute, Dir: filepath.Join(scratch, "data"),
		Config: cfg, Out: &out, Clock: replay.SystemClock{},
	})
	require.NoError(t, err, out.String())
	for _, want := range []string{
		"Recording: " + recording.Path + ", 0s to 2m0s",
		"System up in",
		", console http://127.0.0.1:",
		"Where is the Premature ventricular contraction located in this ECG?  →  Duration: ",
		"No … Found: ",
		"event stored: Premature ventricular contraction",
		"2m0s of signal sent and analysed in",
		"20 windows, 100 questions asked",
		"in InfluxDB",
		"Premature ventricular contraction: of the ",
		"holter up --data " + filepath.Join(scratch, "data") + ", then open http://127.0.0.1:8088/patients/demo-wearable",
	} {
		require.Contains(t, out.String(), want)
	}
}

func TestARecordingThatIsNotThereIsAnError(t *testing.T) {
	var out bytes.Buffer
	err := Run(t.Context(), Options{
		Sources: Sources{Record: filepath.Join(t.TempDir(), "none"), Scratch: t.TempDir()}, Dir: t.TempDir(),
		Config: config.Default(), Out: &out, Clock: replay.SystemClock{},
	})
	require.ErrorContains(t, err, "none.hea")
}
