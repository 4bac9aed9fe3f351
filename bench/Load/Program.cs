using System.Globalization;
using Reflow.Bench.Load;

// load REFLOW BARE [calls|flows|projects] [SECONDS]: measures side by side, in turns, and prints a table for each part; without a part, calls and flows.
// load REFLOW BARE reports [REPORTS]: a page of reports among few and among many.
var (reflow, bare) = (args[0], args[1]);
var part = args.Skip(2).FirstOrDefault(arg => arg is "calls" or "flows" or "projects" or "reports");
var said = args.Skip(2).FirstOrDefault(arg => arg != part);
var seconds = TimeSpan.FromSeconds(said is null ? 3 : double.Parse(said, CultureInfo.InvariantCulture));
var scratch = Directory.CreateTempSubdirectory("reflow-bench-").FullName;
string Place(string name) => Directory.CreateDirectory(Path.Combine(scratch, name)).FullName;
try
{
    if (part is null or "calls") await CallBench.Run(reflow, bare, seconds, Place("calls"));
    if (part is null or "flows") await FlowBench.Run(reflow, bare, seconds, Place("flows"));
    if (part is "projects") await Projects.Run(reflow, seconds, Place("projects"));
    if (part is "reports") await ReportPages.Run(reflow, said is null ? ReportPages.Many : int.Parse(said, CultureInfo.InvariantCulture), Place("reports"));
    return 0;
}
finally
{
    Directory.Delete(scratch, recursive: true);
}
