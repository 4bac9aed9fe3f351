using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>A server that cannot start says why in one line and ends with exit code 2.</summary>
public sealed class StartTests : IDisposable
{
    readonly string data = Directory.CreateTempSubdirectory("reflow-start-").FullName;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(data, recursive: true);

    [Fact]
    public async Task A_second_server_on_the_same_data_is_refused_in_one_line()
    {
        await using var first = await ReflowProcess.Start(["--data", data]);
        await Refused("is in use by another Reflow", "--data", data, "--urls", "http://127.0.0.1:0");
        await first.SignIn();
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_in_one_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var url = $"http://{taken.LocalEndpoint}";
        await Refused(url, "--data", data, "--urls", url);
    }

    [Fact]
    public async Task A_data_directory_that_cannot_be_is_told_in_one_line()
    {
        var path = Path.Combine(data, "file", "below");
        await File.WriteAllTextAsync(Path.Combine(data, "file"), "", Ct);
        await Refused(path, "--data", path, "--urls", "http://127.0.0.1:0");
    }

    [Fact]
    public async Task What_stands_in_the_way_of_a_data_directory_is_not_taken_for_another_server()
    {
        await (await ReflowProcess.Start(["--data", data])).DisposeAsync();
        var key = Path.Combine(data, "reflow.key");
        File.Delete(key);
        File.CreateSymbolicLink(key, key);
        await Refused($"the data directory {data} cannot be used: ", "--data", data, "--urls", "http://127.0.0.1:0");
    }

    [Theory]
    [InlineData("")]
    [InlineData("0123456789abcdef")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeg")]
    public async Task A_key_that_is_none_is_told_in_one_line(string text)
    {
        await File.WriteAllTextAsync(Path.Combine(data, "reflow.key"), text, Ct);
        await Refused("reflow.key holds no key", "--data", data, "--urls", "http://127.0.0.1:0");
    }

    [Fact]
    public async Task Half_of_a_key_that_a_start_left_when_it_was_stopped_is_made_anew()
    {
        await File.WriteAllTextAsync(Path.Combine(data, "reflow.key.new"), "0123", Ct);
        await (await ReflowProcess.Start(["--data", data])).DisposeAsync();
        Assert.Equal(["reflow.key"], Directory.GetFiles(data, "reflow.key*").Select(Path.GetFileName));
        Assert.Equal(64, (await File.ReadAllTextAsync(Path.Combine(data, "reflow.key"), Ct)).Length);
    }

    [Fact]
    public async Task Without_the_key_apps_get_new_tokens_and_those_that_were_issued_go_on()
    {
        await using var first = await ReflowProcess.Start(["--data", data]);
        var issued = await first.SignIn();
        await first.Kill();
        File.Delete(Path.Combine(data, "reflow.key"));
        await using var second = await ReflowProcess.Start(["--data", data]);
        Assert.NotEqual(issued, await second.SignIn());
        foreach (var token in (string[])[await second.SignIn(), issued])
            (await second.Send(new(HttpMethod.Get, "/open-apis/task/v1/tasks") { Headers = { Authorization = new("Bearer", token) } })).Ok();
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("http://203.0.113.7:0")]
    public Task An_address_that_cannot_be_is_told_in_one_line(string url) => Refused($"cannot listen on {url}: ", "--data", data, "--urls", url);

    [Theory]
    [InlineData("tenants: [", "This is not YAML")]
    [InlineData("tenants: [{tenant_key: 736588c9260f175d}]", "tenants[0].name: is missing")]
    public async Task A_broken_workspace_file_is_told_in_one_line(string yaml, string fault)
    {
        var file = Path.Combine(data, "workspace.yaml");
        await File.WriteAllTextAsync(file, yaml, Ct);
        await Refused(fault, "--data", data, "--workspace", file, "--urls", "http://127.0.0.1:0");
    }

    [Fact]
    public Task An_unknown_option_is_told_in_one_line() => Refused("--dta", "--dta", data);

    static async Task Refused(string because, params string[] arguments)
    {
        var (exitCode, output, complaint) = await ReflowProcess.RunToEnd(arguments);
        Assert.Equal((2, ""), (exitCode, output));
        Assert.Matches(@"^reflow: [^\n]+\n$", complaint);
        Assert.Contains(because, complaint);
    }

    [Theory]
    [InlineData("nonsense", "the connection string of PostgreSQL is wrong")]
    [InlineData("Host=127.0.0.1;Port=1;Username=x;Database=x", "cannot reach PostgreSQL")]
    public Task A_postgresql_that_cannot_be_reached_is_told_in_one_line(string connection, string because) => Refused(because, "--store", connection, "--urls", "http://127.0.0.1:0");
}
