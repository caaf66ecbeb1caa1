package demo

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/holterd/holter/deploy"
)

// extraRule alerts on what a few minutes of recording hold; the built-in rules
// look for what matters within an hour.
const extraRule = `
  - name: demonstration
    title: "Premature ventricular beats (rule of the demonstration)"
    priority: low
    count: {kinds: [V], at_least: 5, within: 1m}
    resolve_after: 30s
`

// writeRules writes the built-in rules and the demonstration's own.
func writeRules(dir string) (string, error) {
	path := filepath.Join(dir, "rules.yaml")
	if err := os.WriteFile(path, append(slices.Clone(deploy.Rules), extraRule...), 0o600); err != nil {
		return "", fmt.Errorf("write the alert rules of the demonstration: %w", err)
	}
	return path, nil
}
