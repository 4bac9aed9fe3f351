using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;

namespace Reflow.Server.Store;

/// <summary>How arguments of statements go to PostgreSQL. No text holds U+0000 there: it is kept as U+FFFD.</summary>
static class PostgresArguments
{
    /// <summary>Makes a value the parameter's.</summary>
    public static void Bind(this NpgsqlParameter parameter, object? value)
    {
        switch (value)
        {
            case null: parameter.ResetDbType(); parameter.Value = DBNull.Value; return;
            case string text: parameter.NpgsqlDbType = NpgsqlDbType.Text; parameter.Value = text.Contains('\0', StringComparison.Ordinal) ? text.Replace('\0', '\uFFFD') : text; return;
            case long: parameter.NpgsqlDbType = NpgsqlDbType.Bigint; parameter.Value = value; return;
            case int number: parameter.NpgsqlDbType = NpgsqlDbType.Bigint; parameter.Value = (long)number; return;
            case bool truth: parameter.NpgsqlDbType = NpgsqlDbType.Bigint; parameter.Value = truth ? 1L : 0L; return;
            case double: parameter.NpgsqlDbType = NpgsqlDbType.Double; parameter.Value = value; return;
            default: throw new UnreachableException($"no column holds a {value.GetType()}");
        }
    }
}
