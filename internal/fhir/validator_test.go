package fhir

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// HL7's own validator with the profiles of R4, which `make test-fhir` provides:
// it also knows what must not be missing, references, UCUM and vital signs.
func TestHL7sValidator(t *testing.T) {
	jars := os.Getenv("HOLTER_FHIR_VALIDATOR")
	if jars == "" {
		t.Skip("run `make test-fhir`: HOLTER_FHIR_VALIDATOR does not name the validator's jars")
	}
	s := known(t)
	good := string(written(t, s))
	s.Show = ShowAll
	all := string(written(t, s))
	bundles := map[string]string{"good.json": good, "all.json": all}
	for name, spoil := range map[string][2]string{
		"no-dimensions.json": {`"dimensions":1,`, ``},
		"no-period.json":     {`"period":4,`, ``},
		"no-status.json":     {`"status":"preliminary",`, ``},
		"no-unit.json":       {`"code":"mV"`, `"code":"millivolts"`},
		"no-act.json":        {`"ASSERTION"`, `"ASSERTED"`},
		"no-name.json":       {`"type":"model-name"`, `"type":"a-name"`},
		"no-patient.json":    {`"ifNoneExist"`, `"ifNoneExists"`},
	} {
		bundles[name] = strings.Replace(good, spoil[0], spoil[1], 1)
		require.NotEqual(t, good, bundles[name], "%s is not in the bundle", spoil[0])
	}
	program, err := filepath.Abs("../../scripts/fhir/Validate.java")
	require.NoError(t, err)
	java := exec.Command("java", "-cp", filepath.Join(jars, "*"), program)
	java.Dir = t.TempDir()
	for name, text := range bundles {
		require.NoError(t, os.WriteFile(filepath.Join(java.Dir, name), []byte(text), 0o600))
		java.Args = append(java.Args, name)
	}
	out, err := java.CombinedOutput()
	require.NoError(t, err, "%s", out)
	verdicts := make(map[string]bool)
	for line := range strings.Lines(string(out)) {
		name, verdict, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if strings.HasSuffix(verdict, " errors") {
			verdicts[name] = verdict == "0 errors"
			t.Log(name, verdict)
		}
	}
	require.Len(t, verdicts, len(bundles), "%s", out)
	for name, valid := range verdicts {
		require.Equal(t, !strings.HasPrefix(name, "no-"), valid, "%s\n%s", name, out)
	}
}
