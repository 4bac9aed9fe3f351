using System.Globalization;
using Reflow.Bench.Tasks;

// tasks REFLOW [TASKS]: what completing costs through the gateway and in the store alone, then a page of tasks among few and among many.
var many = args is [_, var said] ? int.Parse(said, CultureInfo.InvariantCulture) : 5_000_000;
await Changes.Run(args[0]);
Console.WriteLine();
await Pages.Run(args[0], many);
return 0;
