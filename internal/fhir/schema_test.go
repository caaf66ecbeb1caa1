package fhir

import (
	"bytes"
	"compress/gzip"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

// schema is HL7's JSON schema of FHIR R4, compiled once.
var schema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	file, err := os.Open("testdata/fhir.schema.json.gz")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(text)
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("fhir.json", doc); err != nil {
		return nil, err
	}
	return c.Compile("fhir.json")
})

func check(t *testing.T, bundle []byte) error {
	t.Helper()
	s, err := schema()
	require.NoError(t, err)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(bundle))
	require.NoError(t, err)
	return s.Validate(doc)
}

// What the schema refuses, so that it is known to refuse.
func TestTheSchemaRefusesASpoiledBundle(t *testing.T) {
	good := string(written(t, known(t)))
	require.NoError(t, check(t, []byte(good)))
	for _, spoil := range [][2]string{
		{`"resourceType":"Observation"`, `"resourceType":"Observations"`},
		{`"status":"final"`, `"status":"finished"`},
		{`"dimensions":1`, `"dimensions":"one"`},
		{`"valueSampledData"`, `"valueSamples"`},
		{`"type":"transaction"`, `"type":"list"`},
		{`"origin"`, `"zero"`},
		{`"timestamp":"2026`, `"timestamp":"26`},
	} {
		bad := strings.Replace(good, spoil[0], spoil[1], 1)
		require.NotEqual(t, good, bad, "%s is not in the bundle", spoil[0])
		require.Error(t, check(t, []byte(bad)), "%s", spoil[1])
	}
}
