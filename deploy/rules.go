// Package deploy holds files that installations start from and that are also
// built into the programs.
package deploy

import _ "embed"

// Rules are the default alert rules, used where no file is configured.
//
//go:embed rules.yaml
var Rules []byte
