package cli

import (
	"time"

	"github.com/spf13/pflag"
)

// Flags that several commands have in common.

func leadsFlag(flags *pflag.FlagSet, leads *string) {
	flags.StringVar(leads, "leads", "all", "`LEADS`: all, first, second, or names like MLII,V1")
}

// testLeadsFlags are for commands that answer files of questions.
func testLeadsFlags(flags *pflag.FlagSet, leads *string, seed *uint64) {
	flags.StringVar(leads, "leads", "all", "`LEADS`: all, first, second, random (one is left out), or names like MLII,V1")
	flags.Uint64Var(seed, "seed", 1, "`N` that decides which lead --leads random leaves out of which stretch")
}

func stretchFlags(flags *pflag.FlagSet, from, to *time.Duration) {
	flags.Var(durationValue{from}, "from", "begin so far into the recording, like 90s or 5m")
	flags.Var(durationValue{to}, "to", "end so far into the recording (default its end)")
}
