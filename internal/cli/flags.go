package cli

import (
	"time"

	"github.com/spf13/pflag"
)

// Flags that several commands have in common.

func leadsFlag(flags *pflag.FlagSet, leads *string) {
	flags.StringVar(leads, "leads", "all", "`LEADS`: all, first, second, or names like MLII,V1")
}

func stretchFlags(flags *pflag.FlagSet, from, to *time.Duration) {
	flags.Var(durationValue{from}, "from", "begin so far into the recording, like 90s or 5m")
	flags.Var(durationValue{to}, "to", "end so far into the recording (default its end)")
}
