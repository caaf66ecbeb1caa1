//go:build unix

package testport

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnAddressHasOneHolder(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	addr, release, err := Take()
	require.NoError(t, err)
	files, err := filepath.Glob(filepath.Join(os.TempDir(), "*", "*"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	again := func() error {
		lock, err := os.OpenFile(files[0], os.O_RDWR, 0)
		require.NoError(t, err)
		defer lock.Close() //nolint:errcheck // nothing was written
		return claim(lock, addr)
	}
	require.Error(t, again(), "it is held")
	release()
	require.NoError(t, again())

	listener, err := net.Listen("tcp", addr)
	require.NoError(t, err)
	require.Error(t, again(), "somebody listens")
	require.NoError(t, listener.Close())
}

func TestAddressesDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		seen[Addr(t)] = true
	}
	require.Len(t, seen, 100)
}
