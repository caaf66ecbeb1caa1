package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	r4 "github.com/samply/golang-fhir-models/fhir-models/fhir"
	"github.com/stretchr/testify/require"
)

// requireFHIR exports a recording of the system as FHIR, twice, and requires that
// every event is a finding of it, each time the same one.
func requireFHIR(ctx context.Context, t *testing.T, e *embedded, device string, from time.Time, events int) {
	t.Helper()
	findings := func() map[string]bool {
		dir := t.TempDir()
		out, err := exec.CommandContext(ctx, filepath.Join(programs(t), "holter"), "export", "--format", "fhir", "--strips", "events",
			"--patient", device, "--from", from.Format(time.RFC3339), "--to", from.Add(time.Hour).Format(time.RFC3339),
			"--archive", filepath.Join(e.dir, "archive"), "--influx", e.influx, "--out", dir).CombinedOutput()
		require.NoError(t, err, "%s", out)
		files, err := filepath.Glob(filepath.Join(dir, "*.fhir.json"))
		require.NoError(t, err)
		require.Len(t, files, 1)
		data, err := os.ReadFile(files[0])
		require.NoError(t, err)
		bundle, err := r4.UnmarshalBundle(data)
		require.NoError(t, err)
		all := make(map[string]bool)
		for _, entry := range bundle.Entry {
			if o, err := r4.UnmarshalObservation(entry.Resource); err == nil && o.ValueCodeableConcept != nil {
				all[*entry.FullUrl] = true
			}
		}
		return all
	}
	all := findings()
	require.Len(t, all, events)
	require.Equal(t, all, findings())
}
