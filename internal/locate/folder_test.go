package locate

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func testFolder(t *testing.T, records ...string) (*Folder, string) {
	t.Helper()
	dir := t.TempDir()
	for _, record := range records {
		path := filepath.Join(dir, record+".hea")
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, nil, 0o644))
	}
	folder, err := OpenFolder(dir)
	require.NoError(t, err)
	return folder, dir
}

func TestFind(t *testing.T) {
	folder, dir := testFolder(t, "100", "mitdb/101", "a/102", "b/102", "rec.1", "mitdb/x/7", "incart/x/7")
	for _, test := range []struct{ name, dataset, want string }{
		{"100", "", "100"},
		{"100.dat", "", "100"},
		{"100.hea", "", "100"},
		{"/home/someone/mitdb/100.mat", "", "100"},
		{`C:\data\100.dat`, "", "100"},
		{"101", "", "mitdb/101"},
		{"elsewhere/101", "", "mitdb/101"},
		{"data/b/102.dat", "", "b/102"},
		{"rec.1", "", "rec.1"},
		{"rec.1.dat", "", "rec.1"},
		{"x/7", "MITDB", "mitdb/x/7"},
	} {
		path, err := folder.Find(test.name, test.dataset)
		require.NoError(t, err, test.name)
		require.Equal(t, filepath.Join(dir, filepath.FromSlash(test.want)), path)
	}

	_, err := folder.Find("103.dat", "")
	require.ErrorContains(t, err, `no record "103"`)
	_, err = folder.Find("102", "mitdb")
	require.ErrorContains(t, err, "a/102, b/102")
}

func TestOpenFolderWantsRecords(t *testing.T) {
	_, err := OpenFolder(t.TempDir())
	require.ErrorContains(t, err, "--records")
	_, err = OpenFolder(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
