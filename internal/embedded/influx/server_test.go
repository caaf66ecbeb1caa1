package influx

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/testport"
)

// program skips a test on a machine without influxd.
func program(t *testing.T) {
	t.Helper()
	if _, err := Find(); err != nil {
		t.Skipf("NOT TESTED: %v", err)
	}
}

func start(t *testing.T, opts Options) *Server {
	t.Helper()
	if opts.Addr == "" {
		opts.Addr = testport.Addr(t)
	}
	s, err := Start(deadline(t), opts, zerolog.New(zerolog.NewTestWriter(t)))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func deadline(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func post(t *testing.T, target, contentType, body string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(deadline(t), http.MethodPost, target, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", contentType)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Less(t, answer.StatusCode, 300, "%s", text)
	return string(text)
}

const form = "application/x-www-form-urlencoded"

const childDir = "HOLTER_TEST_INFLUX_DIR"

// TestChildParent is no test by itself: it is the process that
// killParent kills.
func TestChildParent(t *testing.T) {
	dir := os.Getenv(childDir)
	if dir == "" {
		t.Skip("only run as a child process of TestALifeOfDataAndServers")
	}
	s, err := Start(t.Context(), Options{Addr: testport.Addr(t), Dir: dir}, zerolog.Nop())
	require.NoError(t, err)
	fmt.Println("pid", s.process.Pid)
	_, err = io.Copy(io.Discard, os.Stdin)
	require.NoError(t, err)
	require.NoError(t, s.Close())
}

// TestALifeOfDataAndServers follows one data folder through a kill of the
// parent, an ordered stop and a server that was left over. (One test, because
// a server takes seconds to start.)
func TestALifeOfDataAndServers(t *testing.T) {
	program(t)
	dir := t.TempDir()
	orphan := killParent(t, dir)

	// Wherever the kernel does not end the orphan, the next start does.
	s := start(t, Options{Dir: dir})
	require.NotEqual(t, orphan, s.process.Pid)
	require.False(t, servesFolder(t.Context(), orphan, s.opts))
	require.False(t, servesFolder(t.Context(), os.Getpid(), s.opts), "any process is taken for a server")
	post(t, s.URL()+"/query", form, url.Values{"q": {"CREATE DATABASE holter"}}.Encode())
	post(t, s.URL()+"/api/v2/write?org=o&bucket=holter", "text/plain", "event,kind=V beats=3i")
	require.NoError(t, s.Close())
	<-s.Exited()
	require.NoFileExists(t, s.opts.pidPath())

	leftOver := exec.Command(s.opts.Program, "run", "-config", s.opts.configPath())
	require.NoError(t, leftOver.Start())
	ended := make(chan error, 1)
	go func() { ended <- leftOver.Wait() }()
	require.Eventually(t, func() bool { return healthy(t.Context(), http.DefaultClient, s.URL()) }, time.Minute, pollEvery)
	require.NoError(t, os.WriteFile(s.opts.pidPath(), fmt.Append(nil, leftOver.Process.Pid), 0o600))

	s = start(t, Options{Dir: dir, Addr: s.Addr()})
	<-ended
	require.ErrorIs(t, leftOver.Process.Signal(syscall.Signal(0)), os.ErrProcessDone)
	answer := post(t, s.URL()+"/api/v2/query?org=o", "application/vnd.flux", `from(bucket:"holter") |> range(start:-1h)`)
	require.Contains(t, answer, ",3,beats,event,V")
}

// killParent starts a server in a process of its own, kills that process and
// returns the server's process id.
func killParent(t *testing.T, dir string) (pid int) {
	t.Helper()
	parent := exec.Command(os.Args[0], "-test.run=^TestChildParent$")
	parent.Env = append(os.Environ(), childDir+"="+dir)
	_, err := parent.StdinPipe()
	require.NoError(t, err)
	out, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())
	for lines := bufio.NewScanner(out); pid == 0 && lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), "pid "); ok {
			pid, err = strconv.Atoi(text)
			require.NoError(t, err)
		}
	}
	require.NotZero(t, pid)
	require.NoError(t, parent.Process.Kill())
	_ = parent.Wait()
	return pid
}

func TestStartErrors(t *testing.T) {
	_, err := Start(t.Context(), Options{Addr: testport.Addr(t), Dir: t.TempDir(), Program: "/bin/false"}, zerolog.Nop())
	require.ErrorContains(t, err, "influxd.log")

	t.Setenv(Variable, "/nowhere/influxd")
	_, err = Start(t.Context(), Options{Addr: testport.Addr(t), Dir: t.TempDir()}, zerolog.Nop())
	require.ErrorContains(t, err, Variable)

	t.Setenv(Variable, "")
	t.Setenv("PATH", "")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	_, err = Find()
	require.ErrorIs(t, err, ErrNotFound)
	require.ErrorContains(t, err, "make influxd")
}

func TestFindTakesTheNamedOneAndThenTheCache(t *testing.T) {
	cache := t.TempDir()
	inCache := filepath.Join(cache, "holter", "bin", cachedName)
	require.NoError(t, os.MkdirAll(filepath.Dir(inCache), 0o700))
	require.NoError(t, os.WriteFile(inCache, []byte("#!/bin/sh\n"), 0o700)) //nolint:gosec // it is a program
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv(Variable, "")
	path, err := Find()
	require.NoError(t, err)
	require.Equal(t, inCache, path)

	t.Setenv(Variable, "/bin/sh")
	path, err = Find()
	require.NoError(t, err)
	require.Equal(t, "/bin/sh", path)
}
