package ecg_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/ecg"
)

// realRecords lists the WFDB records below a folder of HOLTER_DATA.
func realRecords(t testing.TB, folder string) []string {
	t.Helper()
	root := os.Getenv("HOLTER_DATA")
	if root == "" {
		t.Skip("SKIPPED: set HOLTER_DATA to the folder with the recordings (mitdb, nstdb, ptbxl) to run this test")
	}
	var records []string
	err := filepath.WalkDir(filepath.Join(root, folder), func(path string, _ os.DirEntry, err error) error {
		if filepath.Ext(path) == ".hea" {
			records = append(records, path[:len(path)-len(".hea")])
		}
		return err
	})
	require.NoError(t, err)
	require.NotEmpty(t, records, "no records in %s", folder)
	return records
}

// Every header checksum of every real record must hold.
func TestReadRealRecords(t *testing.T) {
	for _, folder := range []string{"mitdb", "nstdb", "ptbxl"} {
		t.Run(folder, func(t *testing.T) {
			for _, path := range realRecords(t, folder) {
				rec, err := ecg.ReadRecord(path)
				require.NoError(t, err)
				require.Equal(t, filepath.Base(path), rec.Name)
				require.Positive(t, rec.Len())
				_, err = ecg.AssignSlots(rec.Names())
				require.NoError(t, err)
			}
		})
	}
}

func TestReadRealAnnotations(t *testing.T) {
	for _, folder := range []string{"mitdb", "nstdb"} {
		for _, path := range realRecords(t, folder) {
			annotations, err := ecg.ReadAnnotations(path + ".atr")
			require.NoError(t, err)
			require.Greater(t, len(annotations), 1000)
			header, err := ecg.ReadHeader(path)
			require.NoError(t, err)
			for i, a := range annotations {
				require.Less(t, a.Sample, header.Samples)
				if i > 0 {
					require.GreaterOrEqual(t, a.Sample, annotations[i-1].Sample)
				}
			}
		}
	}
}
