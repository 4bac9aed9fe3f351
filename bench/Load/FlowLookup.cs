using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Reflow.Bench.Load;

/// <summary>Reads the ids of tasks from the store of a server.</summary>
sealed class FlowLookup : IDisposable
{
    readonly DbConnection connection;
    readonly DbCommand pending, done;

    public FlowLookup(DbConnection connection)
    {
        string By(string index) => connection is SqliteConnection ? $"indexed by {index}" : "";
        this.connection = connection;
        pending = Command(connection is SqliteConnection
            ? "select p.value from flow_instance n, json_each(n.marking, '$.pending') p where n.tenant = @tenant and n.id = @instance order by 1"
            : "select p.value::bigint from flow_instance n, json_array_elements_text(n.marking::json -> 'pending') p where n.tenant = @tenant and n.id = @instance order by 1");
        done = Command($"select id from flow_task {By("flow_task_of_node")} where tenant = @tenant and instance = @instance and node = @node and superseded = 0 and done_by is not null order by done_by desc limit 1", "@node");
    }

    public IReadOnlyList<long> Pending(long instance) => Read(pending, instance);

    public long Done(long instance, string node)
    {
        done.Parameters["@node"].Value = node;
        return Read(done, instance)[0];
    }

    public void Dispose()
    {
        pending.Dispose();
        done.Dispose();
        connection.Dispose();
    }

    DbCommand Command(string sql, params IReadOnlyList<string> texts)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        (string, object)[] parameters = [("@tenant", Workbench.Tenant), ("@instance", 0L), .. texts.Select(text => (text, (object)""))];
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
        command.Prepare();
        return command;
    }

    static List<long> Read(DbCommand command, long instance)
    {
        command.Parameters["@instance"].Value = instance;
        using var reader = command.ExecuteReader();
        var ids = new List<long>();
        while (reader.Read()) ids.Add(reader.GetInt64(0));
        return ids;
    }
}
