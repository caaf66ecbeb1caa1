package ort

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// run runs scripts/onnxruntime.sh with tools of the test's own instead of pip
// and npm, offline. The machine's unzip and python3, which not every one has, are
// out of its sight.
func run(t *testing.T, cache string, tools map[string]string) (string, error) {
	t.Helper()
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("SKIPPED: written for Linux on x86-64")
	}
	bin := t.TempDir()
	for name, body := range tools {
		require.NoError(t, os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+body), 0o700)) //nolint:gosec // a program
	}
	script, err := filepath.Abs("../../../../scripts/onnxruntime.sh")
	require.NoError(t, err)
	for _, tool := range []string{
		"bash", "sh", "dirname", "basename", "uname", "sha256sum", "cut", "awk", "mkdir", "mktemp", "rm", "mv", "paste", "sed", "tar",
	} {
		path, err := exec.LookPath(tool)
		require.NoError(t, err)
		require.NoError(t, os.Symlink(path, filepath.Join(bin, tool)))
	}
	cmd := exec.CommandContext(t.Context(), script)
	cmd.Env = []string{"PATH=" + bin, "HOME=" + cache, "XDG_CACHE_HOME=" + cache}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

const fakePip = `case "$*" in *--version*) exit 0;; esac
while [ "$1" != --dest ]; do shift; done
echo tampered > "$2/onnxruntime-%s-cp312-cp312-manylinux_2_28_x86_64.whl"
`

func TestScriptRefusesWhatItDoesNotKnow(t *testing.T) {
	cache := t.TempDir()
	out, err := run(t, cache, map[string]string{"pip3": fmt.Sprintf(fakePip, Version), "unzip": "exit 1"})
	require.Error(t, err)
	require.Contains(t, out, "refusing to use it")
	left, err := filepath.Glob(filepath.Join(cache, "holter", "onnxruntime", Version, "*"))
	require.NoError(t, err)
	require.Empty(t, left, "nothing is kept")
}

func TestScriptTriesNpmWhenPipFails(t *testing.T) {
	out, err := run(t, t.TempDir(), map[string]string{
		"pip3":    `case "$*" in *--version*) exit 0;; esac; exit 1`,
		"python3": `case "$*" in *pip*) exit 1;; esac`, // unpacks where there is no unzip
		"npm":     "echo tampered > onnxruntime-node-" + Version + ".tgz",
	})
	require.Error(t, err)
	require.Contains(t, out, "pip could not fetch")
	require.Contains(t, out, "onnxruntime-node-"+Version+".tgz has SHA-256")
}

func TestScriptTakesNoWheelThatItCannotUnpack(t *testing.T) {
	out, err := run(t, t.TempDir(), map[string]string{"pip3": fmt.Sprintf(fakePip, Version)})
	require.Error(t, err)
	require.NotContains(t, out, "fetching onnxruntime-"+Version)
	require.Contains(t, out, "install unzip or python3")
}

func TestScriptTellsWhatItNeeds(t *testing.T) {
	out, err := run(t, t.TempDir(), nil)
	require.Error(t, err)
	require.Contains(t, out, "no pip here")
	require.Contains(t, out, "no npm here")
	require.Contains(t, out, LibraryVariable)
}

func TestScriptUsesTheCacheOffline(t *testing.T) {
	library := loaded(t)
	if os.Getenv(LibraryVariable) != "" {
		t.Skip("SKIPPED: the library is not from the cache")
	}
	cache := filepath.Dir(filepath.Dir(filepath.Dir(filepath.Dir(library))))
	out, err := run(t, cache, nil)
	require.NoError(t, err, out)
	require.Equal(t, library+"\n", out)
}
