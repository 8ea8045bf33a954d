package org.refract.engine.metrics;

import java.util.Arrays;

/**
 * The assignment of rows to columns with the least total cost: each row gets a column of its own. Jonker and Volgenant 1987, with shortest
 * augmenting paths as in Crouse 2016 ("On implementing 2D rectangular assignment algorithms"). It keeps one row of numbers per side beside the
 * dense costs, where graph libraries keep an object per edge.
 */
final class Assignment {

    private final float[][] cost;
    private final int rows;
    private final int columns;
    private final double[] u;
    private final double[] v;
    private final int[] columnOf;
    private final int[] rowOf;

    private Assignment(float[][] cost) {
        this.cost = cost;
        this.rows = cost.length;
        this.columns = cost[0].length;
        this.u = new double[rows];
        this.v = new double[columns];
        this.columnOf = new int[rows];
        this.rowOf = new int[columns];
        Arrays.fill(columnOf, -1);
        Arrays.fill(rowOf, -1);
    }

    /**
     * @param cost rows of equal length, at least as many columns as rows, finite
     * @return the column of each row
     */
    static int[] of(float[][] cost) {
        Assignment assignment = new Assignment(cost);
        if (assignment.rows == assignment.columns) {
            assignment.reduceColumns();
        }
        for (int row = 0; row < assignment.rows; row++) {
            if (assignment.columnOf[row] < 0) {
                assignment.augment(row);
            }
        }
        return assignment.columnOf;
    }

    /** Gives each column to the row for which it costs least, where that row is free: most rows are done by this. */
    private void reduceColumns() {
        int[] cheapest = new int[columns];
        Arrays.fill(v, Double.POSITIVE_INFINITY);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                if (cost[i][j] < v[j]) {
                    v[j] = cost[i][j];
                    cheapest[j] = i;
                }
            }
        }
        for (int j = 0; j < columns; j++) {
            if (columnOf[cheapest[j]] < 0) {
                columnOf[cheapest[j]] = j;
                rowOf[j] = cheapest[j];
            }
        }
    }

    /** Finds the cheapest way to seat a row, by Dijkstra over reduced costs, and moves the others along it. */
    private void augment(int start) {
        double[] distance = new double[columns];
        int[] from = new int[columns];
        boolean[] rowSeen = new boolean[rows];
        boolean[] columnSeen = new boolean[columns];
        Arrays.fill(distance, Double.POSITIVE_INFINITY);
        int row = start;
        double reached = 0;
        int sink = -1;
        while (sink < 0) {
            rowSeen[row] = true;
            int next = -1;
            double least = Double.POSITIVE_INFINITY;
            for (int j = 0; j < columns; j++) {
                if (!columnSeen[j]) {
                    double d = reached + cost[row][j] - u[row] - v[j];
                    if (d < distance[j]) {
                        distance[j] = d;
                        from[j] = row;
                    }
                    if (distance[j] < least || distance[j] == least && rowOf[j] < 0) {
                        least = distance[j];
                        next = j;
                    }
                }
            }
            reached = least;
            columnSeen[next] = true;
            if (rowOf[next] < 0) {
                sink = next;
            } else {
                row = rowOf[next];
            }
        }
        u[start] += reached;
        for (int i = 0; i < rows; i++) {
            if (rowSeen[i] && i != start) {
                u[i] += reached - distance[columnOf[i]];
            }
        }
        for (int j = 0; j < columns; j++) {
            if (columnSeen[j]) {
                v[j] -= reached - distance[j];
            }
        }
        for (int j = sink;;) {
            int i = from[j];
            rowOf[j] = i;
            int before = columnOf[i];
            columnOf[i] = j;
            if (i == start) {
                return;
            }
            j = before;
        }
    }
}
