package rule_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gotest.tools/v3/golden"

	"github.com/holterd/holter/deploy"
	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/rule"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

func TestMistakesAreNamedWithTheirLine(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			_, err = rule.Parse("rules.yaml", text)
			require.Error(t, err)
			golden.Assert(t, err.Error()+"\n", strings.TrimSuffix(filepath.Base(file), ".yaml")+".golden")
		})
	}
}

func TestBuiltInRulesAreValid(t *testing.T) {
	set, err := rule.Load("")
	require.NoError(t, err)
	require.Len(t, set.Rules, 23)
	again, err := rule.Parse("deploy/rules.yaml", deploy.Rules)
	require.NoError(t, err)
	require.Len(t, again.Rules, 23)
	_, err = rule.Load("no-such-file.yaml")
	require.ErrorContains(t, err, "alerter.rules")
}

func TestDefaults(t *testing.T) {
	set, err := rule.Parse("x", []byte(`
version: 1
rules:
  - {name: a, priority: high, run: {kinds: [V], at_least: 3}}
  - {name: b, priority: low, duration: {kinds: [AFIB], at_least: 30s}}
  - {name: c, priority: medium, silent: {for: 5m}, tell_resolved: false}
`))
	require.NoError(t, err)
	require.Equal(t, rule.Delivery{
		FirstRetry: time.Second, LongestWait: 5 * time.Minute,
		GiveUpAfter: 24 * time.Hour, Timeout: 10 * time.Second,
	}, set.Delivery)
	a, b, c := set.Rules[0], set.Rules[1], set.Rules[2]
	require.Equal(t, 1500*time.Millisecond, a.Run.MaxInterval)
	require.Equal(t, 10*time.Minute, a.ResolveAfter)
	require.Equal(t, alert.Physiological, a.Class)
	require.Equal(t, "a/p", a.KeyFor("p", "d"))
	require.True(t, a.Tells())
	require.Equal(t, time.Second, b.Duration.MaxGap)
	require.Equal(t, 5*time.Minute, c.Silent.LastWill)
	require.Equal(t, alert.Technical, c.Class)
	require.Equal(t, "c/p/d", c.KeyFor("p", "d"))
	require.False(t, c.Tells())
	require.Equal(t, []string{"run", "duration", "silent"}, []string{a.Type(), b.Type(), c.Type()})
}

func TestSelection(t *testing.T) {
	set, err := rule.Parse("x", []byte(`
version: 1
rules:
  - name: a
    priority: high
    class: technical
    min_confidence: 0.7
    patients: [p1, "ward-*"]
    except: [ward-demo]
    key: "{{.Class}}:{{.Priority}}:{{.Patient}}:{{.Device}}"
    count: {kinds: [V, F], at_least: 1, within: 1h}
`))
	require.NoError(t, err)
	r := set.Rules[0]
	for patient, want := range map[string]bool{"p1": true, "p2": false, "ward-1": true, "ward-demo": false, "": false} {
		require.Equal(t, want, r.Watches(patient), patient)
	}
	require.True(t, r.Wants(&holterv1.Event{Kind: "F", Confidence: 0.7}))
	require.False(t, r.Wants(&holterv1.Event{Kind: "F", Confidence: 0.69}))
	require.False(t, r.Wants(&holterv1.Event{Kind: "A", Confidence: 1}))
	require.Equal(t, "technical:high:p1:d", r.KeyFor("p1", "d"))
}

func TestSTFilters(t *testing.T) {
	set, err := rule.Parse("x", []byte(`
version: 1
rules:
  - {name: any, priority: low, duration: {kinds: [STE, STD], at_least: 60s}}
  - {name: measured, priority: low, st: measured, duration: {kinds: [STE, STD], at_least: 60s}}
  - {name: certain, priority: high, st: certain, min_st_uv: 200, duration: {kinds: [STE, STD], at_least: 60s}}
`))
	require.NoError(t, err)
	for evidence, want := range map[holterv1.StEvidence]string{
		holterv1.StEvidence_ST_EVIDENCE_MODEL:  "any ",
		holterv1.StEvidence_ST_EVIDENCE_SIGNAL: "any measured ",
		holterv1.StEvidence_ST_EVIDENCE_BOTH:   "any measured certain ",
	} {
		got, small := "", ""
		for _, r := range set.Rules {
			if r.Wants(&holterv1.Event{Kind: "STD", StEvidence: evidence, StPeakUv: -200}) {
				got += r.Name + " "
			}
			if r.Wants(&holterv1.Event{Kind: "STE", StEvidence: evidence, StPeakUv: 199}) {
				small += r.Name + " "
			}
		}
		require.Equal(t, want, got)
		require.Equal(t, strings.TrimSuffix(want, "certain "), small)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(deploy.Rules)
	f.Add([]byte("version: 1\nrules: [{name: a, priority: high, run: {kinds: [V], at_least: 3}}]"))
	f.Add([]byte("rules: [~, {key: '{{.Nope}}'}]"))
	f.Add([]byte("a: &a [*a]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		set, err := rule.Parse("f", text)
		if err != nil {
			require.True(t, strings.HasPrefix(err.Error(), "f:"), err)
			return
		}
		for _, r := range set.Rules {
			require.NotEqual(t, r.KeyFor("p", "d"), r.KeyFor("q", "d"))
		}
	})
}
