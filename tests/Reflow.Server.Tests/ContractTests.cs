using System.Reflection;
using System.Text;
using Reflow.Server.Gateway;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>Holds the server to <c>contract/operations.tsv</c> and <c>contract/errors.tsv</c>, and those to each other.</summary>
public class ContractTests
{
    static readonly IReadOnlyList<IReadOnlyDictionary<string, string>> Errors = [.. Contract.Rows("errors.tsv")];

    const string InTransition = nameof(Projects.Races.Two_that_move_an_item_at_once_one_succeeds_and_the_other_hears_of_a_transition);

    /// <summary>Rows that no single request after a preparation can show, with the test that shows them.</summary>
    static readonly Dictionary<string, string> ShownOtherwise = new()
    {
        ["platform * - 404 page not found"] = nameof(GatewayScenarios.An_unknown_path_or_method_is_a_404_in_plain_text),
        ["projects * 10429 API Request Frequency Limit"] = nameof(Projects.ProjectFlows.A_token_may_call_fifteen_times_a_second_and_then_hears_of_the_limit_in_this_apis_own_words),
        ["platform * 99991400 request trigger frequency limit"] = nameof(GatewayScenarios.One_call_too_many_is_a_429_that_says_how_long_to_wait),
        ["projects project.node.operate 50006 The current workflow is in transition"] = InTransition,
        ["projects project.node.update 50006 The current workflow is in transition"] = InTransition,
        ["projects project.sub_task.modify 50006 The current workflow is in transition"] = InTransition,
        ["projects project.workflow.state_change 50006 The current workflow is in transition"] = InTransition,
        ["projects project.node.operate 20007 Workitem is abort"] = nameof(Projects.Races.A_termination_that_comes_between_the_look_and_the_lock_is_found_under_the_lock),
    };

    [Fact]
    public async Task Every_served_row_has_a_route_and_every_route_a_served_row()
    {
        await using var reflow = await TestReflow.Start();
        Assert.Equal(
            Contract.Operations.Where(operation => operation.Served).Select(operation => operation.Name).Order(StringComparer.Ordinal),
            reflow.Served.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_two_operations_share_a_name_or_a_route()
    {
        Assert.Equal([], Twice(Contract.Operations.Select(operation => operation.Name)));
        // A parameter's name does not tell two paths apart.
        Assert.Equal([], Twice(Contract.Operations.Select(operation =>
            $"{operation.Method} {string.Join('/', operation.Path.Split('/').Select(segment => segment.StartsWith(':') ? ":" : segment))}")));
    }

    [Fact]
    public void No_two_refusals_share_a_key() => Assert.Equal([], Twice(Errors.Select(Key)));

    [Fact]
    public void Every_refusal_belongs_to_an_operation_of_its_family_or_to_all()
    {
        var operations = Contract.Operations.Select(operation => $"{operation.Family.ToString().ToLowerInvariant()} {operation.Name}").Concat(["platform *", "projects *", "control *"]).ToHashSet();
        Assert.Equal([], Errors.Select(row => $"{row["family"]} {row["operation"]}").Where(row => !operations.Contains(row)));
    }

    [Fact]
    public void Every_cell_is_filled_with_what_its_column_takes()
    {
        Assert.All(Errors, row =>
        {
            Assert.All(row.Values, cell => Assert.Equal(cell.Trim(), Assert.IsType<string>(cell)));
            Assert.DoesNotContain("", row.Values);
            Assert.Contains(row["http"], new[] { "200", "400", "401", "403", "404", "409", "429", "500", "503" });
            // The control plane has no codes of its own: it answers with the status.
            if (row["family"] == "control") Assert.Equal(row["http"], row["code"]);
            else Assert.Matches(@"^(-|\d{4,10})$", row["code"]);
            Assert.Contains(row["shown"], new[] { "request", "fault", "planned" });
            Assert.Matches(@"^[A-Z\-a-z_].*\.$", row["when"]);
            Assert.Matches(@"^(seed 00[0-4]|docs|sdk|recommendation)$", row["source"]);
        });
        Assert.All(Contract.Rows("operations.tsv"), row =>
        {
            Assert.Contains(row["state"], new[] { "served", "planned" });
            Assert.Matches(@"^(seed 00[0-4]|docs|sdk|recommendation)$", row["source"]);
        });
    }

    [Fact]
    public void What_belongs_to_a_planned_operation_is_not_shown_by_a_request()
    {
        var planned = Contract.Operations.Where(operation => !operation.Served).Select(operation => operation.Name).ToHashSet();
        Assert.Equal([], Errors.Where(row => planned.Contains(row["operation"]) && row["shown"] == "request").Select(Key));
    }

    [Fact]
    public void Every_refusal_that_a_request_can_show_is_shown_by_a_scenario()
    {
        var shown = Scenarios().Select(scenario => Key(scenario.Row())).Concat(ShownOtherwise.Keys).ToHashSet();
        Assert.Equal([], Errors.Where(row => row["shown"] == "request").Select(Key).Where(key => !shown.Contains(key)));
    }

    [Fact]
    public void No_scenario_shows_a_refusal_that_the_contract_calls_planned() =>
        Assert.Equal([], Scenarios().Where(scenario => scenario.Row()["shown"] == "planned").Select(scenario => scenario.ToString()));

    [Fact]
    public void Every_served_operation_has_a_scenario() =>
        // Whoever asks whether the server lives, or what it serves, is never refused.
        Assert.Equal([], Contract.Operations.Where(operation => operation.Served && operation.Name is not ("control.healthz" or "control.openapi")).Select(operation => operation.Name)
            .Except(Scenarios().Select(scenario => scenario.Operation)));

    [Fact]
    public void The_table_of_what_shows_each_refusal_is_what_the_tests_show()
    {
        Dictionary<string, (string Test, string Scenario)> shown = [];
        foreach (var (test, scenario) in ScenariosByTest().OrderBy(pair => pair.Test, StringComparer.Ordinal).ThenBy(pair => pair.Scenario.Name, StringComparer.Ordinal))
            shown.TryAdd(Key(scenario.Row()), (test, scenario.Name));
        foreach (var (key, test) in ShownOtherwise) shown[key] = (TestOf(test), test.Replace('_', ' '));
        var table = new StringBuilder("family\toperation\tcode\tmsg\ttest\tscenario\n");
        foreach (var row in Errors.Where(row => shown.ContainsKey(Key(row))))
            table.Append($"{row["family"]}\t{row["operation"]}\t{row["code"]}\t{row["msg"]}\t{shown[Key(row)].Test}\t{shown[Key(row)].Scenario}\n");
        var file = Path.Combine(Repository(), "contract", "shown.tsv");
        if (Environment.GetEnvironmentVariable("REFLOW_RENEW") is "shown") File.WriteAllText(file, table.ToString());
        Assert.True(File.ReadAllText(file) == table.ToString(),
            "contract/shown.tsv is not what the scenarios show any more. Run this test once with REFLOW_RENEW=shown in the environment, which writes it anew, build again, and commit it.");
    }

    internal static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Reflow.slnx"))) folder = folder.Parent;
        return folder.FullName;
    }

    static string TestOf(string method) => Assert.Single(typeof(ContractTests).Assembly.GetTypes(), type => type.GetMethod(method) is not null).Name;

    // Whoever lists scenarios in a static property of this type is found.
    static IEnumerable<(string Test, Refused Scenario)> ScenariosByTest() => typeof(ContractTests).Assembly.GetTypes()
        .SelectMany(type => type.GetProperties(BindingFlags.Static | BindingFlags.Public))
        .Where(property => property.PropertyType == typeof(TheoryData<Refused>))
        .SelectMany(property => ((TheoryData<Refused>)property.GetValue(null)!).Select(row => (property.DeclaringType!.Name, row.Data)));

    static IEnumerable<Refused> Scenarios() => ScenariosByTest().Select(pair => pair.Scenario);

    static string Key(IReadOnlyDictionary<string, string> row) => $"{row["family"]} {row["operation"]} {row["code"]} {row["msg"]}";

    static IEnumerable<string> Twice(IEnumerable<string> keys) => keys.GroupBy(key => key).Where(group => group.Count() > 1).Select(group => group.Key);
}
