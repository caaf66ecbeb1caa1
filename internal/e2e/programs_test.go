package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/embedded/influx"
)

// binVariable names a folder with the programs; without it they are built.
const binVariable = "HOLTER_REAL_BIN"

// root is the repository's folder.
const root = "../.."

var built struct {
	once sync.Once
	dir  string
	err  error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if built.dir != "" && os.Getenv(binVariable) == "" {
		_ = os.RemoveAll(built.dir)
	}
	os.Exit(code)
}

// programs returns the folder with holter, ingest, analyzer and alerter.
func programs(t *testing.T) string {
	t.Helper()
	built.once.Do(func() {
		if built.dir = os.Getenv(binVariable); built.dir != "" {
			return
		}
		if built.dir, built.err = os.MkdirTemp("", "holter-e2e"); built.err != nil {
			return
		}
		build := exec.Command("go", "build", "-o", built.dir+string(filepath.Separator), "./cmd/...")
		build.Dir = root
		if out, err := build.CombinedOutput(); err != nil {
			built.err = fmt.Errorf("%w:\n%s", err, out)
		}
	})
	require.NoError(t, built.err, "building the programs")
	return built.dir
}

// model returns the folder of the model.
func model(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("HOLTER_MODEL_DIR"); dir != "" {
		return dir
	}
	dir, err := filepath.Abs(filepath.Join(root, "models", "default"))
	require.NoError(t, err)
	return dir
}

// requirements skips a test where the system cannot run.
func requirements(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("NOT TESTED: the whole system, with -short")
	}
	if underRace {
		t.Skip("NOT TESTED: the whole system, under the race detector")
	}
	if _, err := os.Stat(filepath.Join(model(t), "manifest.json")); err != nil {
		t.Skipf("NOT TESTED: there is no model: %v", err)
	}
	if err := haveRuntime(); err != nil {
		t.Skipf("NOT TESTED: %v", err)
	}
}

func needInfluxd(t *testing.T) {
	t.Helper()
	if _, err := influx.Find(); err != nil {
		t.Skipf("NOT TESTED: %v", err)
	}
}

// haveRuntime looks where pkg/model looks for the ONNX Runtime library.
func haveRuntime() error {
	if os.Getenv("HOLTER_ONNXRUNTIME") != "" {
		return nil
	}
	cache := os.Getenv("XDG_CACHE_HOME")
	if cache == "" {
		cache = filepath.Join(os.Getenv("HOME"), ".cache")
	}
	found, err := filepath.Glob(filepath.Join(cache, "holter", "onnxruntime", "*", "libonnxruntime*"))
	if err == nil && len(found) == 0 {
		err = errors.New("the ONNX Runtime library is missing: run `make onnxruntime`")
	}
	return err
}

// process is a program under test.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed once err is set
	err   error
}

// run starts a program with its output in the test's log folder.
func run(t *testing.T, log, program string, args ...string) *process {
	t.Helper()
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	cmd := exec.Command(filepath.Join(programs(t), program), args...)
	cmd.Stdout, cmd.Stderr = out, out
	require.NoError(t, cmd.Start())
	require.NoError(t, out.Close())
	p := &process{cmd: cmd, ended: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			text, err := os.ReadFile(log)
			t.Logf("%s (%v):\n%s", log, err, tail(text, 8<<10))
		}
	})
	return p
}

// kill ends a process without a warning.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.ended
}

func (p *process) hasEnded() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// interrupt ends a process as Ctrl-C does.
func (p *process) interrupt(t *testing.T) {
	t.Helper()
	require.NoError(t, p.cmd.Process.Signal(os.Interrupt))
	select {
	case <-p.ended:
		// 130 is a program's way to say that it was interrupted.
		if p.cmd.ProcessState.ExitCode() != 130 {
			require.NoError(t, p.err)
		}
	case <-time.After(time.Minute):
		require.FailNow(t, "the program does not end", "%v", p.cmd)
	}
}

// wait waits for a program that ends by itself.
func (p *process) wait(ctx context.Context, t *testing.T) {
	t.Helper()
	select {
	case <-p.ended:
		require.NoError(t, p.err, "%v", p.cmd)
	case <-ctx.Done():
		require.FailNow(t, "the program does not end", "%v", p.cmd)
	}
}

func tail(text []byte, n int) []byte {
	return text[max(0, len(text)-n):]
}
