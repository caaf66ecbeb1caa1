package registry

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A registry that is accepted holds devices that topics can name, each once.
func FuzzParse(f *testing.F) {
	f.Add([]byte("devices:\n  - {device: watch, patient: anna, leads: [MLII, V1], questions: [V]}\n"))
	f.Add([]byte("devices:\n  - device: a/b\n"))
	f.Add([]byte("devices: [{device: x, patient: y}, {device: x, patient: z}]"))
	f.Add([]byte("devices: &a [*a]"))
	f.Fuzz(func(t *testing.T, document []byte) {
		devices, err := parse(document)
		if err != nil {
			require.Empty(t, devices)
			return
		}
		seen := map[string]bool{}
		for _, d := range devices {
			require.NoError(t, CheckName(d.Name))
			require.NoError(t, CheckName(d.Patient))
			require.False(t, seen[d.Name], d.Name)
			seen[d.Name] = true
		}
	})
}
