package alert

import "fmt"

// Sure says in words and in percent how sure a confidence (0 to 1) is.
func Sure(confidence float64) string {
	word := "doubtful"
	switch {
	case confidence >= 0.95:
		word = "almost certain"
	case confidence >= 0.8:
		word = "very likely"
	case confidence >= 0.6:
		word = "likely"
	case confidence >= 0.4:
		word = "as likely as not"
	}
	return fmt.Sprintf("%s, %.0f %%", word, 100*confidence)
}
