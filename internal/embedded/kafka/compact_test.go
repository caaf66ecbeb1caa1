package kafka

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// logOf makes a real partition folder with records 0..n-1 of one key.
func logOf(t *testing.T, n int) (dir, partition string) {
	t.Helper()
	dir = t.TempDir()
	b := startAt(t, Options{Addr: "127.0.0.1:0", Dir: dir, Maintenance: time.Hour})
	createTopic(t, b.Addr(), "ecg.progress", "compact", 1)
	write(t, writer(t, b.Addr(), "ecg.progress"), 0, n)
	require.NoError(t, b.Close())
	return dir, filepath.Join(dir, logFolder, "ecg.progress-0")
}

func TestEndOffset(t *testing.T) {
	_, partition := logOf(t, 7)
	end, err := endOffset(partition)
	require.NoError(t, err)
	require.EqualValues(t, 7, end)

	segment := filepath.Join(partition, "0.dat")
	data, err := os.ReadFile(segment)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(segment, data[:len(data)-1], 0o600))
	end, err = endOffset(partition)
	require.NoError(t, err)
	require.EqualValues(t, 6, end, "a torn batch does not count")

	data[len(data)-1] ^= 1
	require.NoError(t, os.WriteFile(segment, data, 0o600))
	end, err = endOffset(partition)
	require.NoError(t, err)
	require.EqualValues(t, 6, end, "a damaged batch does not count")

	end, err = endOffset(filepath.Join(partition, "none"))
	require.NoError(t, err)
	require.Zero(t, end)
}

func TestRecoverCompaction(t *testing.T) {
	last := func(t *testing.T, dir string) string {
		b := startAt(t, Options{Addr: "127.0.0.1:0", Dir: dir, Maintenance: time.Hour})
		values, _, _ := readAll(t, b.Addr(), "ecg.progress", 0)
		require.NoError(t, b.Close())
		require.NotEmpty(t, values)
		return values[len(values)-1]
	}
	for name, interrupted := range map[string]func(t *testing.T, partition string){
		"nothing done yet": func(*testing.T, string) {},
		"old files gone": func(t *testing.T, partition string) {
			require.NoError(t, os.Remove(filepath.Join(partition, "0.dat")))
			require.NoError(t, os.Remove(filepath.Join(partition, "0.idx")))
		},
		"folder gone": func(t *testing.T, partition string) { require.NoError(t, os.RemoveAll(partition)) },
		"new file torn": func(t *testing.T, partition string) {
			segment := filepath.Join(partition, "0.dat")
			data, err := os.ReadFile(segment)
			require.NoError(t, err)
			// Not truncated: that would change the guard's file as well.
			require.NoError(t, os.Remove(segment))
			require.NoError(t, os.WriteFile(segment, data[:len(data)/2], 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, partition := logOf(t, 9)
			require.NoError(t, makeGuard(dir, []string{"ecg.progress"}))
			interrupted(t, partition)
			require.Equal(t, "8", last(t, dir))
			require.NoDirExists(t, filepath.Join(dir, guardFolder))
		})
	}

	t.Run("complete, and written to since", func(t *testing.T) {
		dir, _ := logOf(t, 9)
		b := startAt(t, Options{Addr: "127.0.0.1:0", Dir: dir, Maintenance: time.Hour})
		require.NoError(t, makeGuard(dir, []string{"ecg.progress"}))
		b.cluster.Compact()
		write(t, writer(t, b.Addr(), "ecg.progress"), 9, 12)
		require.NoError(t, b.Close())
		require.Equal(t, "11", last(t, dir))
	})

	t.Run("the guard itself incomplete", func(t *testing.T) {
		dir, _ := logOf(t, 9)
		require.NoError(t, os.MkdirAll(filepath.Join(dir, makingFolder, "ecg.progress-0"), 0o700))
		require.Equal(t, "8", last(t, dir))
		require.NoDirExists(t, filepath.Join(dir, makingFolder))
	})
}

func TestIsPartitionOf(t *testing.T) {
	topics := []string{"ecg.progress"}
	require.True(t, isPartitionOf("ecg.progress-11", topics))
	require.False(t, isPartitionOf("ecg.progress-x", topics))
	require.False(t, isPartitionOf("ecg.samples-1", topics))
	require.False(t, isPartitionOf("ecg.progress", topics))
}
