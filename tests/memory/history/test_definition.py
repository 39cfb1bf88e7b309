from __future__ import annotations

import pytest

from learnagent_memory.history.definition import definition_in

DEFINITIONS = (
    ("python", "    async def fetch(self):", "fetch"),
    ("python", "class Cart(Base):", "Cart"),
    ("go", "func (c *Context) Next() {", "Next"),
    ("go", "type Engine struct {", "Engine"),
    ("rust", "    pub(crate) async fn run<T>(&self) -> T {", "run"),
    ("rust", "impl<'a, T> Iterator for Walk<'a, T> {", "Walk"),
    ("rust", "impl Args {", "Args"),
    ("javascript", "app.route = function route(path) {", "route"),
    ("javascript", "export default async function load() {", "load"),
    ("javascript", "const add = async (a, b) => a + b", "add"),
    ("javascript", "  render(props) {", "render"),
    ("javascript", "res.send = async function(body) {", "send"),
    ("typescript", "export interface Props {", "Props"),
    ("tsx", "  private async load(id: string): Promise<void> {", "load"),
    ("java", "    public static <T> List<T> of(T... items) {", "of"),
    ("java", "public final class Cart extends Base {", "Cart"),
    ("kotlin", "    override fun onCreate(state: Bundle?) {", "onCreate"),
    ("csharp", "        public async Task<int> RunAsync(string name)", "RunAsync"),
    ("php", "    public function handle(Request $request)", "handle"),
    ("c", "static int parse_line(const char *line)", "parse_line"),
    ("c", "struct node {", "node"),
    ("cpp", "void Widget::paint(QPainter *painter) {", "paint"),
    ("ruby", "  def self.build(args)", "build"),
    ("bash", "deploy() {", "deploy"),
)

OTHER_LINES = (
    ("python", "    default = 1"),
    ("python", "classes = [1]"),
    ("javascript", "  if (ready) {"),
    ("javascript", "  return load(x)"),
    ("javascript", "describe('res', function(){"),
    ("java", "        return build(x);"),
    ("java", "        if (x) {"),
    ("c", "  call(x);"),
    ("c", "if (x) {"),
    ("go", "\tfor i := range x {"),
    ("rust", "    let implied = 1;"),
    (None, "def x():"),
    ("markdown", "def x():"),
)


@pytest.mark.parametrize(("language", "line", "name"), DEFINITIONS)
def test_a_definition_is_told_by_its_line(language: str, line: str, name: str) -> None:
    found = definition_in(line.encode(), language)

    assert found is not None
    assert (found.name, found.indent) == (name, len(line) - len(line.lstrip()))


@pytest.mark.parametrize(("language", "line"), OTHER_LINES)
def test_another_line_defines_nothing(language: str | None, line: str) -> None:
    assert definition_in(line.encode(), language) is None
