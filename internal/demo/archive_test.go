package demo

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

func sum(text string) string {
	s := sha256.Sum256([]byte(text))
	return hex.EncodeToString(s[:])
}

func testArchive(t *testing.T) (Archive, *atomic.Int32) {
	t.Helper()
	var requests atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		if r.URL.Path != "/db/1.hea" && r.URL.Path != "/db/1.dat" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(r.URL.Path))
	}))
	t.Cleanup(server.Close)
	return Archive{
		Name: "a test", URL: server.URL + "/db/", Record: "1", Cache: filepath.Join(t.TempDir(), "cache"), Client: server.Client(),
		Files: map[string]string{"1.hea": sum("/db/1.hea"), "1.dat": sum("/db/1.dat")},
	}, &requests
}

func TestFetchKeepsWhatItGot(t *testing.T) {
	archive, requests := testArchive(t)
	for range 2 {
		path, err := archive.Fetch(t.Context())
		require.NoError(t, err)
		require.Equal(t, filepath.Join(archive.Cache, "1"), path)
	}
	require.EqualValues(t, 2, requests.Load(), "one request for each file")

	require.NoError(t, os.WriteFile(filepath.Join(archive.Cache, "1.dat"), []byte("harmed"), 0o644))
	_, err := archive.Fetch(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 3, requests.Load(), "a harmed file is got again")
}

func TestFetchTakesNothingElse(t *testing.T) {
	archive, _ := testArchive(t)
	archive.Files["1.dat"] = sum("something else")
	_, err := archive.Fetch(t.Context())
	require.ErrorIs(t, err, errChecksum)
	require.NoFileExists(t, filepath.Join(archive.Cache, "1.dat"))

	archive.Files = map[string]string{"2.hea": ""}
	_, err = archive.Fetch(t.Context())
	require.ErrorContains(t, err, "404")
}

func TestThePinnedChecksumsAreThoseOfTheRealRecord(t *testing.T) {
	data := os.Getenv("HOLTER_DATA")
	if data == "" {
		t.Skip("HOLTER_DATA is not set: this test needs the MIT-BIH recordings")
	}
	for name, want := range MITBIH119("").Files {
		content, err := os.ReadFile(filepath.Join(data, "mitdb", name))
		require.NoError(t, err)
		require.NoError(t, check(content, want), name)
	}
}

func TestFind(t *testing.T) {
	archive, _ := testArchive(t)
	var said []string
	sources := Sources{Archive: archive, Scratch: t.TempDir(), Say: func(s string) { said = append(said, s) }}

	recording, err := sources.Find(t.Context())
	require.NoError(t, err)
	require.Equal(t, Recording{Path: filepath.Join(archive.Cache, "1"), Origin: "a test"}, recording)

	sources.Data = t.TempDir()
	recording, err = sources.Find(t.Context())
	require.NoError(t, err)
	require.Equal(t, "a test", recording.Origin)
	require.Len(t, said, 1)
	require.Contains(t, said[0], "no WFDB record")

	touch := func(names ...string) {
		for _, name := range names {
			path := filepath.Join(sources.Data, name)
			require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
			require.NoError(t, os.WriteFile(path, nil, 0o644))
		}
	}
	for _, step := range []struct{ add, want string }{
		{"a.hea", "a"}, {"b.hea b.atr", "b"}, {"mitdb/119.hea", "b"}, {"mitdb/119.dat", "mitdb/119"},
	} {
		touch(strings.Fields(step.add)...)
		recording, err = sources.Find(t.Context())
		require.NoError(t, err)
		require.Equal(t, filepath.Join(sources.Data, step.want), recording.Path)
	}

	sources.Record = filepath.Join(sources.Data, "b")
	recording, err = sources.Find(t.Context())
	require.NoError(t, err)
	require.Equal(t, sources.Record+".atr", recording.Reference)
}

func TestWithoutTheNetARecordingIsSimulated(t *testing.T) {
	archive, _ := testArchive(t)
	archive.URL = "http://127.0.0.1:1/"
	said := ""
	recording, err := Sources{Archive: archive, Scratch: t.TempDir(), Say: func(s string) { said += s }}.Find(t.Context())
	require.NoError(t, err)
	require.FileExists(t, recording.Path+".hea")
	require.FileExists(t, recording.Reference)
	require.Contains(t, said, "a simulated recording is played instead")
}
