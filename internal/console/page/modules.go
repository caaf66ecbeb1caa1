package page

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
)

var (
	moduleScript = regexp.MustCompile(`<script type="module" src="/(static/js/[a-z-]+\.js)"></script>`)
	importOf     = regexp.MustCompile(`(?m)^(?:import|export) [^;]*?from "\./([a-z-]+\.js)";$`)
)

// announce names in a page's head all modules that its script rests on, so that
// the browser asks for them at once: it learns of each only from those that
// import it. What early.js asks for does not wait behind them: a browser has six
// connections, and takes what is of high priority first.
func announce(html []byte) []byte {
	script := moduleScript.FindSubmatchIndex(html)
	if script == nil {
		panic("page: a page without a module") // a broken build
	}
	var links bytes.Buffer
	entry := string(html[script[2]:script[3]])
	for _, name := range append([]string{entry}, imports(entry)...) {
		fmt.Fprintf(&links, "<link rel=\"modulepreload\" fetchpriority=\"low\" href=\"/%s\">\n", name)
	}
	return slices.Concat(html[:script[0]], links.Bytes(), html[script[0]:])
}

// imports are the modules that one rests on, each once.
func imports(name string) (all []string) {
	for left := []string{name}; len(left) > 0; left = left[1:] {
		for _, m := range importOf.FindAllSubmatch(read(left[0]), -1) {
			if found := path.Join(path.Dir(name), string(m[1])); found != name && !slices.Contains(all, found) {
				all, left = append(all, found), append(left, found)
			}
		}
	}
	return all
}
