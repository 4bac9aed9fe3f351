namespace Reflow.Bench.Load;

/// <summary>What a step of a flow costs: at any length of history, over a fork, in a large store, and beside other changes.</summary>
static class FlowBench
{
    const int TurnsOfEach = 5, Few = 16, Branches = 20, Rollbacks = 3000, Tasks = 1_000_000;

    public static async Task Run(string reflowProgram, string bareProgram, TimeSpan seconds, string scratch)
    {
        var (table, data) = (new Table(), Path.Combine(scratch, "data"));
        var turn = seconds / 3;
        using (var reflow = await ServerProcess.Start(reflowProgram, Workbench.Reflow(data)))
        using (var bare = await ServerProcess.Start(bareProgram, url => [url]))
        {
            var authorization = await Workbench.Authorize(reflow);
            var desk = new FlowDesk(reflow, authorization, () => BulkRows.Open(Path.Combine(data, "reflow.db")));
            await desk.Deploy(Branches);
            await Steps(table, desk, turn);
            await BesideTasks(table, reflow, desk, authorization, turn);
            foreach (var scope in new[] { "previous", "any", "initiator" }) await Points(table, desk, bare, scope, turn);
        }
        await Lists(table, reflowProgram, scratch, turn);
        table.Print("measured", "against");
    }

    // Instances are many where the history is short, so that measuring hardly lengthens it.
    static async Task Steps(Table table, FlowDesk desk, TimeSpan turn)
    {
        Console.WriteLine("agree and rollback, by how much was finished before");
        IReadOnlyList<long> ten = await desk.WithLiveSteps("any", 32 * Few, 10), hundred = await desk.WithLiveSteps("any", 4 * Few, 100), thousand = await desk.WithLiveSteps("any", Few, 1000);
        IReadOnlyList<long> undone = await desk.WithLiveSteps("any", Few, 10);
        await desk.Again(undone, 1000);
        var fork = await desk.Start("fork", 4 * Few);
        await desk.AgreeAll(fork, 2);
        var paces = await Rounds.InTurns(TurnsOfEach, turn, [
            ("10 finished", desk.Pairs(ten, Few)), ("100 finished", desk.Pairs(hundred, Few)), ("1000 finished", desk.Pairs(thousand, Few)),
            ("1000 undone", desk.Pairs(undone, Few)), ($"over a join of {Branches}", desk.OverTheJoin(fork, Few))]);
        foreach (var (name, pace, goal) in new[] { ("100 finished steps", paces[1], 1.2), ("1000 finished steps", paces[2], 1.2), ("1000 undone steps", paces[3], 1.2) })
            Ratio(table, $"agree+rollback, {name}, to 10", pace, paces[0], goal);
        table.Add($"agree+rollback over a join of {Branches}, to a line: CPU µs", paces[4].Cpu, paces[0].Cpu);

        Console.WriteLine($"the {Rollbacks}th rollback");
        ten = await desk.WithLiveSteps("any", 32 * Few, 10);
        await desk.Again(undone, Rollbacks - 1000);
        if (await Rounds.InTurns(TurnsOfEach, turn, [("the 10th", desk.Pairs(ten, Few)), ($"the {Rollbacks}th", desk.Pairs(undone, Few))]) is [var early, var late])
            Ratio(table, $"agree+rollback, the {Rollbacks}th, to the 10th", late, early, 1.2);
    }

    static async Task BesideTasks(Table table, ServerProcess reflow, FlowDesk desk, string authorization, TimeSpan turn)
    {
        Console.WriteLine("agree and rollback beside complete and uncomplete");
        var tasks = await Workbench.MakeTasks(reflow, authorization, 2 * Drive.Connections);
        var instances = await desk.WithLiveSteps("previous", 4 * Drive.Connections, 10);
        if (await Rounds.InTurns(TurnsOfEach, turn, [
            ("agree and rollback", desk.Pairs(instances, Drive.Connections)), ("complete and uncomplete", for_ => Drive.Run(reflow, Workbench.CompleteAndBack(authorization, tasks), for_))]) is not [var pair, var complete]) return;
        table.AtLeast("agree+rollback to complete/uncomplete, calls/s", pair.Rate, complete.Rate, 0.4);
        table.Add("agree+rollback to complete/uncomplete, CPU µs per call", pair.Cpu, complete.Cpu);
        table.AtMostItself("agree+rollback, p99 / p50", pair.P99 / pair.Median, complete.P99 / complete.Median, 5);
    }

    static async Task Points(Table table, FlowDesk desk, ServerProcess bare, string scope, TimeSpan turn)
    {
        Console.WriteLine($"rollback_points, scope {scope}");
        var paces = await Rounds.InTurns(TurnsOfEach, turn, [
            ("10 steps", await desk.Points(scope, 10)), ("100 steps", await desk.Points(scope, 100)), ("1000 steps", await desk.Points(scope, 1000)),
            ("bare", for_ => Drive.Run(bare, _ => [Connection.Request("GET", "/")], for_))]);
        table.AtLeast($"rollback_points {scope} at 10, to bare Kestrel, calls/s", paces[0].Rate, paces[3].Rate, 0.3);
        table.Add($"rollback_points {scope}, 100 steps to 10: CPU µs", paces[1].Cpu, paces[0].Cpu);
        Ratio(table, $"rollback_points {scope}, 1000 steps to 10", paces[2], paces[0], 1.2);
    }

    // The same list in a store of its own, and in one with a million tasks of others.
    static async Task Lists(Table table, string reflowProgram, string scratch, TimeSpan turn)
    {
        string[] stores = [Path.Combine(scratch, "small"), Path.Combine(scratch, "large")];
        var tokens = new List<string>();
        foreach (var (store, others) in stores.Zip([100, Tasks]))
        {
            long one;
            using (var reflow = await ServerProcess.Start(reflowProgram, Workbench.Reflow(store)))
            {
                tokens.Add(await Workbench.Authorize(reflow));
                var desk = new FlowDesk(reflow, tokens[^1], () => BulkRows.Open(Path.Combine(store, "reflow.db")));
                await desk.Deploy(2);
                one = (await desk.WithLiveSteps("any", 50, 1))[0];
            }
            using var filled = BulkRows.Open(Path.Combine(store, "reflow.db"));
            BulkRows.Instances(filled, one, others);
            BulkRows.Settle(filled);
        }
        Console.WriteLine("the list of pending tasks");
        using var small = await ServerProcess.Start(reflowProgram, Workbench.Reflow(stores[0]));
        using var large = await ServerProcess.Start(reflowProgram, Workbench.Reflow(stores[1]));
        if (await Rounds.InTurns(TurnsOfEach, turn, [("100 others", FlowDesk.List(small, tokens[0])), ($"{Tasks} others", FlowDesk.List(large, tokens[1]))]) is [var few, var many])
            Ratio(table, $"user_task/query, {Tasks} tasks to 100", many, few, 1.3);
    }

    static void Ratio(Table table, string work, Pace measured, Pace against, double goal)
    {
        table.AtMost($"{work}: CPU µs", measured.Cpu, against.Cpu, goal);
        table.Add($"{work}: p50 ms", measured.Median.TotalMilliseconds, against.Median.TotalMilliseconds);
    }
}
